#include "envtool/resolve/base_image/layout_base.hpp"

namespace envtool::resolve::base_image {

Result<BaseSolution> resolve_layout_base(const project::EnvYaml&, const project::BaseFromLayout& base,
                                         const Platform&, const std::filesystem::path&) {
  return fail(Code::unsupported, "base " + base.path.string() + ": image layouts are not read yet");
}

}  // namespace envtool::resolve::base_image
