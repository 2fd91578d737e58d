#include "envtool/formats/archive/byte_stream.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace envtool::archive {

Result<std::size_t> read_full(ByteStream& stream, std::span<char> into) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    ENVTOOL_TRY(const std::size_t got, stream.read(into.subspan(filled)));
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

Result<std::string> read_all(ByteStream& stream, ByteCount limit, std::string_view object) {
  std::string bytes;
  std::string buffer(64 << 10, '\0');
  while (true) {
    ENVTOOL_TRY(const std::size_t got, stream.read(buffer));
    if (got == 0) return bytes;
    if (bytes.size() + got > limit.value)
      return fail(Code::hostile_archive, std::string(object) + " is larger than " + render(limit));
    bytes.append(buffer, 0, got);
  }
}

Result<std::size_t> MemoryStream::read(std::span<char> into) {
  const std::size_t count = std::min(into.size(), rest_.size());
  std::memcpy(into.data(), rest_.data(), count);
  rest_.remove_prefix(count);
  return count;
}

Result<FileStream> FileStream::open(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail_errno("cannot open", path);
  return FileStream(std::move(fd), path);
}

Result<std::size_t> FileStream::read(std::span<char> into) {
  while (true) {
    const ssize_t got = ::read(fd_.get(), into.data(), into.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return fail_errno("cannot read", object_);
  }
}

Result<std::size_t> SliceStream::read(std::span<char> into) {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left_));
  if (wanted == 0) return std::size_t{0};
  ENVTOOL_TRY(const std::size_t got, source_.read(into.first(wanted)));
  if (got == 0) return fail(Code::bad_input, object_ + " is cut short");
  left_ -= got;
  return got;
}

Result<void> MemoryAccess::read_at(std::uint64_t offset, std::span<char> into) const {
  if (offset > bytes_.size() || into.size() > bytes_.size() - offset)
    return fail(Code::bad_input, "the archive is cut short");
  std::memcpy(into.data(), bytes_.data() + offset, into.size());
  return {};
}

Result<FileAccess> FileAccess::open(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return fail_errno("cannot open", path);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return fail_errno("cannot stat", path);
  return FileAccess(std::move(fd), static_cast<std::uint64_t>(status.st_size), path);
}

Result<void> FileAccess::read_at(std::uint64_t offset, std::span<char> into) const {
  while (!into.empty()) {
    const ssize_t got = ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno("cannot read", path_);
    if (got == 0) return fail(Code::bad_input, path_ + " is cut short");
    into = into.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

}  // namespace envtool::archive
