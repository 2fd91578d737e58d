#pragma once
// env.lock as values (design §4, docs/formats/env-lock.md). Given this, nothing else is consulted.
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "envtool/project/env_yaml.hpp"
#include "envtool/support/byte_count.hpp"
#include "envtool/support/digest.hpp"
#include "envtool/support/platform.hpp"
#include "envtool/support/result.hpp"

namespace envtool::project {

inline constexpr int kLockFormat = 1;
/// Changes whenever the bytes of any layer would change for the same lock.
inline constexpr int kImageFormat = 1;

/// Bytes on the network: the digest is the identity, the url a hint.
struct Artifact {
  std::string url;
  Digest sha256;
  ByteCount size;
  bool operator==(const Artifact&) const = default;
};

struct LockedDeb {
  std::string name;
  std::string version;       ///< Debian version, with epoch
  std::string architecture;  ///< amd64, arm64 or all
  Artifact artifact;
  bool operator==(const LockedDeb&) const = default;
};

/// One signed Release of an archive, as it was when the lock was made.
struct LockedRelease {
  std::string url;    ///< archive root: http://deb.debian.org/debian
  std::string suite;  ///< bookworm, bookworm-updates, bookworm-security
  std::vector<std::string> components;
  Digest in_release;
  std::string date;  ///< RFC 3339, UTC
  bool operator==(const LockedRelease&) const = default;
};

struct LockedArchiveBase {
  BaseFromArchive::Distribution distribution = BaseFromArchive::Distribution::debian;
  std::string suite;
  std::vector<LockedRelease> releases;
  std::vector<LockedDeb> debs;  ///< sorted by name
  bool operator==(const LockedArchiveBase&) const = default;
};

struct LockedOciLayer {
  std::string media_type;
  Digest digest;   ///< of the blob as stored
  Digest diff_id;  ///< of the uncompressed tar
  ByteCount size;
  bool operator==(const LockedOciLayer&) const = default;
};

struct LockedOciBase {
  std::string reference;  ///< as a person wrote it, or the layout's path
  std::optional<Digest> index;
  Digest manifest;
  Digest config;
  std::vector<LockedOciLayer> layers;
  std::vector<std::string> env = {};  ///< of the image's config, "NAME=value" in its order
  bool operator==(const LockedOciBase&) const = default;
};
using LockedBase = std::variant<LockedArchiveBase, LockedOciBase>;

struct LockedPython {
  std::string version;     ///< 3.11.2
  std::string executable;  ///< /usr/bin/python3.11
  std::string libc;        ///< "glibc 2.36"
  bool operator==(const LockedPython&) const = default;
};

struct LockedWheel {
  Artifact artifact;
  bool operator==(const LockedWheel&) const = default;
};
/// Built by PEP 517 in a container of the base; `wheel` is what the build gave (its url is empty).
struct LockedSdist {
  Artifact artifact;
  std::vector<struct LockedPackage> build_requires;
  Artifact wheel;
  bool operator==(const LockedSdist&) const;
};
struct LockedGit {
  std::string url;
  std::string commit;        ///< 40 hexadecimal digits
  std::string subdirectory;  ///< may be empty
  std::vector<struct LockedPackage> build_requires;
  Artifact wheel;
  bool operator==(const LockedGit&) const;
};
/// `-e PATH`: the source tree itself, mounted; only the link to it and its metadata are in the image.
struct LockedEditable {
  std::string path;  ///< relative to env.yaml
  std::vector<struct LockedPackage> build_requires;
  bool operator==(const LockedEditable&) const;
};

struct LockedPackage {
  std::string name;     ///< PEP 503 normalised
  std::string version;  ///< as the index spells it
  std::string index;  ///< name of the index in env.yaml, "pypi" for the default, empty for git and editables
  std::variant<LockedWheel, LockedSdist, LockedGit, LockedEditable> source;
  std::vector<std::string> requires_names;  ///< normalised names of what it needs on this platform, sorted:
                                            ///< for `env tree`, diff and explain
  bool operator==(const LockedPackage&) const = default;
};

struct LockedPlatform {
  Platform platform;
  LockedBase base;
  std::vector<LockedDeb> system;  ///< beyond the base, sorted by name
  LockedPython python;
  std::vector<LockedPackage> packages;  ///< sorted by name
  std::optional<Digest> image;          ///< image ID, once built
  bool operator==(const LockedPlatform&) const = default;
};

struct LockedGpu {
  std::string cuda;                       ///< "12.4"
  std::string driver;                     ///< ">=525.60.13"
  std::vector<std::string> capabilities;  ///< "8.0" …
  bool operator==(const LockedGpu&) const = default;
};

struct Lock {
  int format = kLockFormat;
  int image_format = kImageFormat;
  std::string tool;  ///< "envtool 0.1.0"
  Digest inputs;     ///< project::inputs_digest of the env.yaml it answers
  std::optional<std::chrono::sys_seconds> exclude_newer;
  std::optional<LockedGpu> gpu;
  std::vector<std::string> setup;  ///< commands of env.yaml's `setup`, as they go into the image
  std::vector<std::pair<std::string, std::string>>
      env;  ///< variables of env.yaml's `env`, as they go into the image config
  std::map<std::string, std::string> indexes;  ///< name → url (without credentials)
  std::vector<LockedPlatform> platforms;       ///< in the order of env.yaml
  [[nodiscard]] const LockedPlatform* find(const Platform& platform) const;
  bool operator==(const Lock&) const = default;
};

/// What the first lines say, read without the rest: enough to know whether the lock is current, in
/// microseconds.
struct LockHeader {
  int format = 0;
  int image_format = 0;
  Digest inputs;
};

/// Errors: bad_input — merge-conflict markers, a newer format (names the version of envtool that wrote it), a
/// wrong type, an edited digest of the wrong length — each with line and remedy.
Result<Lock> read_lock(const Source& source);
Result<LockHeader> read_lock_header(const Source& source);

/// The one text for these values: sorted, one line an artifact, LF, ends with a newline.
/// `read_lock(render(x)) == x`.
std::string render(const Lock& lock);

/// What changed, for people: "numpy 1.26.4 → 2.0.0", "+ xgboost 2.1", "- seaborn". Per platform only where
/// platforms differ.
struct LockChange {
  std::string what;  ///< "packages", "system", "base", "python"
  std::string name;
  std::string before;    ///< empty: added
  std::string after;     ///< empty: removed
  std::string platform;  ///< empty: the same on every platform
};
std::vector<LockChange> diff(const Lock& before, const Lock& after);

}  // namespace envtool::project
