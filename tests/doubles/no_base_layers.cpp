// A maker of base layers for tests that link assemble without one.
#include "envtool/image/make_context.hpp"

namespace envtool::image {

Result<store::Tree> make_base_layer_tree(const BaseLayerTree&, const store::TreeKey&, MakeContext&) {
  return fail(Code::unsupported, "no base layers in this test");
}

}  // namespace envtool::image
