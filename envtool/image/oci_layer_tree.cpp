#include <fcntl.h>

#include "envtool/formats/archive/decompress.hpp"
#include "envtool/image/layer_tar.hpp"
#include "envtool/image/layout_blob.hpp"
#include "envtool/image/make_context.hpp"
#include "envtool/image/normalise.hpp"
#include "envtool/image/oci_layer_unpack.hpp"
#include "envtool/image/temporary_tree.hpp"

namespace envtool::image {
namespace fs = std::filesystem;
namespace {

/// Hashes what passes, and copies it to a file where there is one.
class Tee : public archive::ByteStream {
 public:
  explicit Tee(archive::ByteStream& source, int copy = -1, std::string object = {})
      : source_(source), copy_(copy), object_(std::move(object)) {}
  Result<std::size_t> read(std::span<char> into) override {
    ENVTOOL_TRY(const std::size_t size, source_.read(into));
    hash_.update(std::string_view(into.data(), size));
    if (copy_ >= 0) ENVTOOL_CHECK(write_all(copy_, {into.data(), size}, object_));
    return size;
  }
  /// Reads what nobody wanted, then the digest of all.
  Result<Digest> finish() {
    std::string buffer(64 << 10, '\0');
    for (;;) {
      ENVTOOL_TRY(const std::size_t size, read(buffer));
      if (size == 0) return hash_.finish();
    }
  }

 private:
  archive::ByteStream& source_;
  int copy_;
  std::string object_;
  Sha256 hash_;
};

Result<void> check(const Digest& actual, const Digest& pinned, const std::string& what) {
  if (actual == pinned) return {};
  return fail(Code::digest_mismatch, what + " is " + actual.str() + ", pinned was " + pinned.str(),
              "the layout changed since the lock was made; get the right one, or run `env lock`");
}

// The blob itself is kept: a registry must get the bytes that it was, and only they have this diff_id.
Result<Attributes> unpack_verified(const BaseLayerTree& what, const fs::path& root, MakeContext& context) {
  const fs::path layout = context.project / what.layout, copy = context.store.partial_path(what.layer.digest);
  const std::string object = "layer " + what.layer.digest.str();
  ENVTOOL_TRY(const FileLock lock, context.store.lock(what.layer.digest));
  ENVTOOL_TRY(const auto blob, open_layout_blob(layout, what.layer.digest));
  const UniqueFd fd(::open(copy.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd) return fail_errno("create", copy.native());
  Tee stored(*blob, fd.get(), copy.native());
  ENVTOOL_TRY(const auto plain, archive::decompress(stored, object));
  Tee tar(*plain);
  ENVTOOL_TRY(Attributes attributes, unpack_oci_layer(tar, object, root));
  ENVTOOL_TRY(const Digest diff_id, tar.finish());
  ENVTOOL_TRY(const Digest digest, stored.finish());
  ENVTOOL_CHECK(check(digest, what.layer.digest, object));
  ENVTOOL_CHECK(check(diff_id, what.layer.diff_id, object + " unpacked"));
  ENVTOOL_CHECK(context.store.adopt_blob(what.layer.digest, copy));
  return attributes;
}

Result<store::Tree> build(const BaseLayerTree& what, const store::TreeKey& key, MakeContext& context) {
  ENVTOOL_TRY(const TemporaryTree temporary, TemporaryTree::create(context.store));
  ENVTOOL_TRY(Attributes attributes, unpack_verified(what, temporary.root(), context));
  ENVTOOL_TRY(const TreeFacts facts, tree_facts(temporary.root()));
  store::Tree tree{key, temporary.root(), {}};
  for (auto& [path, entry] : attributes) tree.record.attributes.push_back(std::move(entry));
  tree.record.entries = facts.entries;
  tree.record.whiteouts = facts.whiteouts;
  tree.record.diff_id = what.layer.diff_id;
  ENVTOOL_TRY(const LayerTar own, write_layer_tar({&tree, 1}, {}));
  tree.record.own_tar = own.diff_id;
  tree.record.tar_size = own.size;
  return context.store.adopt_tree(key, temporary.path(), std::move(tree.record));
}

}  // namespace

Result<store::Tree> make_base_layer_tree(const BaseLayerTree& what, const store::TreeKey& key,
                                         MakeContext& context) {
  if (auto tree = context.store.find_tree(key)) return std::move(*tree);
  auto tree = build(what, key, context);
  if (!tree) return fail(std::move(tree).error().in("while unpacking layer " + what.layer.digest.str()));
  return tree;
}

}  // namespace envtool::image
