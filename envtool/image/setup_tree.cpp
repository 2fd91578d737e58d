#include "envtool/image/container_step.hpp"
#include "envtool/image/finish_tree.hpp"
#include "envtool/image/make_context.hpp"
#include "envtool/image/temporary_tree.hpp"

namespace envtool::image {
namespace fs = std::filesystem;
namespace {

Result<store::Tree> build(const SetupTree& what, const store::TreeKey& key,
                          std::span<const store::Tree> below, MakeContext& context) {
  ENVTOOL_TRY(const TemporaryTree temporary, TemporaryTree::create(context.store));
  std::vector<fs::path> lowers;
  for (const store::Tree& tree : below) lowers.push_back(tree.root);
  ContainerStep step(temporary.path(), std::move(lowers), context);
  for (const std::string& command : what.commands) ENVTOOL_CHECK(step.shell(command));
  Attributes attributes;
  ENVTOOL_CHECK(step.take_ownership(attributes));
  return finish_tree(key, temporary.path(), below, std::move(attributes), context);
}

}  // namespace

Result<store::Tree> make_setup_tree(const SetupTree& what, const store::TreeKey& key,
                                    std::span<const store::Tree> below, MakeContext& context) {
  if (auto tree = context.store.find_tree(key)) return std::move(*tree);
  auto tree = build(what, key, below, context);
  if (!tree) return fail(std::move(tree).error().in("while running `setup`"));
  return tree;
}

}  // namespace envtool::image
