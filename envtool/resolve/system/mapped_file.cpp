#include "envtool/resolve/system/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "envtool/support/unique_fd.hpp"

namespace envtool::resolve::system {

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT) return fail(Code::not_found, path.string() + " is not there");
    return fail_errno("cannot open", path.string());
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return fail_errno("cannot read", path.string());
  MappedFile file;
  if (status.st_size == 0) return file;
  const auto size = static_cast<std::size_t>(status.st_size);
  // Indexes are replaced by rename and never written in place, so the mapping cannot shrink.
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (start == MAP_FAILED) return fail_errno("cannot map", path.string());
  file.bytes_ = {static_cast<const char*>(start), size};
  return file;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

}  // namespace envtool::resolve::system
