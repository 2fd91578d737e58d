// Base and system trees: .debs unpacked by us, their scripts run once by `dpkg --configure -a`.
#include <sys/stat.h>

#include <algorithm>

#include "envtool/image/container_step.hpp"
#include "envtool/image/dpkg_database.hpp"
#include "envtool/image/fetch_debs.hpp"
#include "envtool/image/finish_tree.hpp"
#include "envtool/image/make_context.hpp"
#include "envtool/image/temporary_tree.hpp"
#include "envtool/support/files.hpp"

namespace envtool::image {
namespace fs = std::filesystem;
namespace {

Result<std::vector<UnpackedDeb>> unpack_all(std::vector<project::LockedDeb>& debs, const fs::path& root,
                                            std::vector<fs::path> lowers, const fs::path& downloads,
                                            Attributes& attributes, MakeContext& context) {
  std::sort(debs.begin(), debs.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  std::vector<std::string> names;
  for (const auto& deb : debs) names.push_back(deb.name);
  UnpackTarget target(root, std::move(names), lowers, UnpackTarget::Times::keep);
  ENVTOOL_TRY(auto unpacked, fetch_and_unpack(debs, downloads, target, context));
  ENVTOOL_CHECK(target.finish());
  attributes = target.attributes();
  ENVTOOL_CHECK(write_dpkg_database(root, lowers, unpacked));
  return unpacked;
}

// What no package ships: a session binds its own over them.
Result<void> put_placeholders(const fs::path& root) {
  for (const char* name : {"etc/hostname", "etc/hosts", "etc/machine-id", "etc/resolv.conf"}) {
    ENVTOOL_CHECK(write_atomic(root / name, "", 0644, false));
    if (::chmod((root / name).c_str(), 0644) != 0) return fail_errno("set mode of", (root / name).native());
  }
  return {};
}

Result<store::Tree> build(std::vector<project::LockedDeb> debs, const store::TreeKey& key,
                          std::span<const store::Tree> below, MakeContext& context) {
  ENVTOOL_TRY(const TemporaryTree temporary, TemporaryTree::create(context.store));
  const fs::path root = temporary.root(), downloads = context.store.partial_path(key);
  std::vector<fs::path> lowers;
  for (const store::Tree& tree : below) lowers.push_back(tree.root);

  Attributes attributes;
  ENVTOOL_TRY(const auto unpacked, unpack_all(debs, root, lowers, downloads, attributes, context));
  ContainerStep step(temporary.path(), lowers, context);
  std::vector<fs::path> files;
  for (const auto& deb : debs) files.push_back(downloads / deb.artifact.sha256.hex());
  ENVTOOL_CHECK(step.configure(unpacked, files));
  ENVTOOL_CHECK(step.take_ownership(attributes));
  if (below.empty()) ENVTOOL_CHECK(put_placeholders(root));
  ENVTOOL_TRY(store::Tree tree, finish_tree(key, temporary.path(), below, std::move(attributes), context));
  ENVTOOL_CHECK(remove_tree(downloads));
  return tree;
}

}  // namespace

Result<store::Tree> make_base_tree(const BaseTree& what, const store::TreeKey& key, MakeContext& context) {
  if (auto tree = context.store.find_tree(key)) return std::move(*tree);
  auto tree = build(what.base.debs, key, {}, context);
  if (!tree) return fail(std::move(tree).error().in("while making the base " + what.base.suite));
  return tree;
}

Result<store::Tree> make_system_tree(const SystemTree& what, const store::TreeKey& key,
                                     std::span<const store::Tree> below, MakeContext& context) {
  if (auto tree = context.store.find_tree(key)) return std::move(*tree);
  auto tree = build(what.debs, key, below, context);
  if (!tree) return fail(std::move(tree).error().in("while adding the system packages"));
  return tree;
}

}  // namespace envtool::image
