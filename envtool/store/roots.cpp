#include <algorithm>

#include "envtool/store/layout.hpp"
#include "envtool/store/records.hpp"
#include "envtool/store/sealed_file.hpp"
#include "envtool/store/store.hpp"

namespace envtool::store {
namespace fs = std::filesystem;

Result<void> Store::touch_root(const Root& root) const {
  return write_sealed(folder_ / "roots" / Digest::of(root.project.native()).hex(), render(root));
}

std::vector<Root> Store::roots() const {
  std::vector<Root> out;
  std::error_code error;
  for (fs::directory_iterator it(folder_ / "roots", error), end; !error && it != end; it.increment(error)) {
    const auto text = read_sealed(folder_, it->path());
    if (!text) continue;
    if (auto root = parse_root(*text)) out.push_back(std::move(*root));
  }
  std::sort(out.begin(), out.end(), [](const Root& a, const Root& b) { return a.project < b.project; });
  return out;
}

}  // namespace envtool::store
