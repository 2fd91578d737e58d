#pragma once
// The store: everything named by its digest or key, written under a temporary name and renamed
// (docs/formats/store.md).
//
//   blobs/sha256/<2>/<64>  bytes: wheels we built, OCI blobs
//   trees/<2>/<64>/        an unpacked tree: root/ and `record`, which has what root/ cannot hold (owners,
//                          setuid bits, capabilities, devices) and diff_id and tar size; by tree key
//   layers/<64>            layer key → diff_id, tar size, tree keys
//   images/<64>/           image ID → config.json, manifest.json, record
//   rootfs/<64>/           hardlinked union of many trees, by the digest of their keys: root/ and record
//   plans/<64>             compiled plans of the warm path, by the digest of env.yaml, env.lock and project
//   roots/<64>             projects that were used: path, lock digest, image IDs, time: what gc keeps
//   partial/               downloads under way, by digest
//   locks/                 flock files between processes, by key; `building` between builds and gc
//   tmp/                   temporary names, "<pid>-<start time>-<random>", removed by gc when that process is
//                          gone
//   settled/<boot>         up to when what was written in that boot is known to be on the disk
//
// The folder is 0700: a setuid file in it would give another user its owner's rights.
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "envtool/support/byte_count.hpp"
#include "envtool/support/digest.hpp"
#include "envtool/support/events.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/result.hpp"

namespace envtool::store {

using TreeKey = Digest;  // sha256 over the inputs that determine the tree
using LayerKey = Digest;
using ImageId = Digest;  // sha256 of the image config

/// What an ordinary user's file system cannot hold about an entry. Only entries that differ from
/// (owner 0:0, the mode on disk, no capabilities) are listed; sorted by path.
struct EntryAttributes {
  std::string path;  ///< relative to root/, no leading slash
  std::uint32_t uid = 0, gid = 0;
  std::optional<std::uint32_t> mode;  ///< full mode bits (07777) where the disk has others (setuid, sticky)
  std::optional<std::string> capability;                          ///< security.capability, raw bytes
  std::optional<std::pair<std::uint32_t, std::uint32_t>> device;  ///< major, minor; with `device_type`
  char device_type = 0;                                           ///< 'c', 'b' or 0
  bool operator==(const EntryAttributes&) const = default;
};

struct TreeRecord {
  std::vector<EntryAttributes> attributes;
  std::optional<Digest> diff_id;  ///< of the tree as one layer's tar, where it is one
  std::optional<Digest> own_tar;  ///< of the tar that we would make, where diff_id is of a foreign layer's
  ByteCount tar_size;             ///< of that tar
  std::uint64_t entries = 0;
  bool whiteouts = false;  ///< has overlay whiteouts or opaque folders: never part of a hardlinked union
  bool operator==(const TreeRecord&) const = default;
};

struct Tree {
  TreeKey key;
  std::filesystem::path root;
  TreeRecord record;
};

struct LayerRecord {
  LayerKey key;
  Digest diff_id;
  ByteCount tar_size;
  std::vector<TreeKey> trees;  ///< the layer's tar is the union of these; a later one wins
};

/// Root filesystem as trees, bottom first: overlay lowers.
struct Rootfs {
  ImageId image;
  std::vector<std::filesystem::path> lowers;
};

struct Root {
  std::filesystem::path project;
  Digest lock;
  std::vector<ImageId> images;
  std::chrono::sys_seconds used;
};

struct GcOptions {
  std::optional<ByteCount> keep;  ///< also remove least recently used until the store is this small
  bool dry_run = false;
  bool verify = false;  ///< re-hash blobs and trees; wrong entries are reported and removed
  /// The digest of these trees as one layer's tar; verify compares it with the diff_id on record. The tar is
  /// image's business, so workflow hands this in; without it trees are only checked for their record.
  std::function<Result<Digest>(const std::vector<Tree>&)> diff_id = {};
};
struct GcReport {
  ByteCount freed, left;
  std::uint64_t removed = 0;         ///< trees, images, blobs and other entries
  std::vector<std::string> corrupt;  ///< sentences
};

class Store {
 public:
  /// Makes the folder (0700) if absent. Errors: io; unsupported when a newer envtool wrote it.
  static Result<Store> open(const std::filesystem::path& folder);
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

  // Blobs.
  [[nodiscard]] std::filesystem::path blob_path(const Digest& digest) const;
  [[nodiscard]] bool has_blob(const Digest& digest) const;
  /// Put bytes under their own digest. Errors: io.
  Result<Digest> put_blob(std::string_view bytes) const;
  /// Where a download of this digest is written and resumed; call under `lock(digest)`, then `adopt_blob`.
  [[nodiscard]] std::filesystem::path partial_path(const Digest& digest) const;
  /// Move a verified file in. Errors: io.
  Result<void> adopt_blob(const Digest& digest, const std::filesystem::path& file) const;

  /// Held (shared) from the first find_tree of a build to its touch_root: until then nothing names what was
  /// made, and gc would remove it. Nests. Errors: io.
  Result<FileLock> building() const;
  /// Work on one key by one process: waits while another has it. Errors: io.
  Result<FileLock> lock(const Digest& key) const;
  /// A fresh temporary folder on the store's file system, removed by gc once this process is gone.
  Result<std::filesystem::path> make_temporary() const;

  // Trees.
  [[nodiscard]] std::optional<Tree> find_tree(const TreeKey& key) const;
  /// Rename `<temporary>/root` and its record into place. When another process was faster, theirs is returned
  /// and ours removed. Errors: io.
  Result<Tree> adopt_tree(const TreeKey& key, const std::filesystem::path& temporary,
                          TreeRecord record) const;

  // Layers and images.
  [[nodiscard]] std::optional<LayerRecord> find_layer(const LayerKey& key) const;
  Result<void> put_layer(const LayerRecord& record) const;
  /// `config` hashes to the image ID. Errors: io, internal when a layer's tree is absent.
  Result<ImageId> put_image(std::string_view config, std::string_view manifest,
                            const std::vector<LayerKey>& layers) const;
  struct Image {
    ImageId id;
    std::string config, manifest;
    std::vector<LayerKey> layers;
  };
  [[nodiscard]] std::optional<Image> find_image(const ImageId& id) const;

  /// Trees ready to be overlay lowers. Runs of trees without whiteouts above the bottom one are joined into
  /// one hardlinked tree, because each lower costs the container's every look-up. Errors: not_found, io.
  Result<Rootfs> materialise(const ImageId& image, Events& events) const;

  // The warm path.
  [[nodiscard]] std::optional<std::string> find_plan(const Digest& key) const;
  Result<void> put_plan(const Digest& key, std::string_view plan) const;

  // What is kept.
  Result<void> touch_root(const Root& root) const;
  [[nodiscard]] std::vector<Root> roots() const;
  Result<GcReport> gc(const GcOptions& options, Events& events) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace envtool::store
