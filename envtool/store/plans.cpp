// Apart from the rest, so that the launcher links neither JSON nor SHA-256 for it.
#include "envtool/store/layout.hpp"
#include "envtool/store/sealed_file.hpp"
#include "envtool/store/store.hpp"

namespace envtool::store {

std::optional<std::string> Store::find_plan(const Digest& key) const {
  return read_sealed(folder_, layout::plan(folder_, key));
}

Result<void> Store::put_plan(const Digest& key, std::string_view plan) const {
  return write_sealed(layout::plan(folder_, key), plan);
}

}  // namespace envtool::store
