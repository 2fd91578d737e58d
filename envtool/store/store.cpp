#include "envtool/store/store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "envtool/store/layout.hpp"
#include "envtool/store/temporary.hpp"
#include "envtool/support/text.hpp"

namespace envtool::store {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kFormat = "1";

Result<void> check_format(const fs::path& folder, std::string_view text) {
  if (trim(text) == kFormat) return {};
  return fail(Code::unsupported,
              "the store at " + folder.native() + " has format " + std::string(trim(text)) +
                  ", this envtool knows " + std::string(kFormat),
              "use the newer envtool that wrote it, or set ENVTOOL_STORE to another folder");
}

Result<void> make_skeleton(const fs::path& folder) {
  ENVTOOL_CHECK(make_directories(folder, 0700));
  if (::chmod(folder.c_str(), 0700) != 0) return fail_errno("make private", folder.native());
  for (const char* name : {"blobs/sha256", "trees", "layers", "images", "rootfs", "plans", "roots",
                           "partial", "locks", "tmp", "settled"})
    ENVTOOL_CHECK(make_directories(folder / name, 0700));
  // gc takes this lock on a full disk, where it could not be made.
  ENVTOOL_CHECK(FileLock::acquire(layout::building(folder), FileLock::Mode::shared));
  return write_atomic(folder / "format", std::string(kFormat) + "\n", 0600, false);
}

}  // namespace

Result<Store> Store::open(const fs::path& folder) {
  Store store;
  std::error_code error;
  store.folder_ = fs::absolute(folder, error);
  if (error) return fail_errno("find", folder.native(), error.value());
  // The format file is written last: where it is, everything is.
  auto format = read_file(store.folder_ / "format", 4_KiB);
  if (!format && format.error().code != Code::not_found) return fail(std::move(format).error());
  if (format && !trim(*format).empty()) {
    ENVTOOL_CHECK(check_format(store.folder_, *format));
  } else if (auto made = make_skeleton(store.folder_); !made) {
    return fail(std::move(made).error().in("while making the store"));
  }
  return store;
}

fs::path Store::blob_path(const Digest& digest) const { return layout::blob(folder_, digest); }

bool Store::has_blob(const Digest& digest) const { return ::access(blob_path(digest).c_str(), R_OK) == 0; }

Result<Digest> Store::put_blob(std::string_view bytes) const {
  const Digest digest = Digest::of(bytes);
  if (has_blob(digest)) return digest;
  const fs::path path = blob_path(digest);
  ENVTOOL_CHECK(make_directories(path.parent_path(), 0700));
  ENVTOOL_CHECK(write_atomic(path, bytes, 0600));
  return digest;
}

fs::path Store::partial_path(const Digest& digest) const { return folder_ / "partial" / digest.hex(); }

Result<void> Store::adopt_blob(const Digest& digest, const fs::path& file) const {
  const fs::path path = blob_path(digest);
  ENVTOOL_CHECK(make_directories(path.parent_path(), 0700));
  // A blob is its bytes and has no record beside it, so the bytes must be on the disk before the name is.
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail_errno("open", file.native());
  if (::fdatasync(fd.get()) != 0) return fail_errno("write", file.native());
  if (::rename(file.c_str(), path.c_str()) != 0) return fail_errno("rename to", path.native());
  return {};
}

Result<FileLock> Store::building() const {
  return FileLock::acquire(layout::building(folder_), FileLock::Mode::shared);
}

Result<FileLock> Store::lock(const Digest& key) const {
  return FileLock::acquire(layout::lock(folder_, key));
}

Result<fs::path> Store::make_temporary() const { return make_temporary_folder(folder_); }

}  // namespace envtool::store
