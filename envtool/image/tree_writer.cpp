#include "envtool/image/tree_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "envtool/support/files.hpp"

namespace envtool::image {
namespace {

constexpr std::array<timespec, 2> kTimes{{{kFixedTime, 0}, {kFixedTime, 0}}};

}  // namespace

std::int64_t file_time(const Digest& wheel) {
  const auto bytes = wheel.bytes();
  const std::uint32_t value = (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) |
                              (std::uint32_t{bytes[2]} << 8) | bytes[3];
  return kFixedTime + (value & 0x1fffffff);
}

Result<TreeWriter> TreeWriter::create(const std::filesystem::path& root, std::int64_t file_time) {
  if (::mkdir(root.c_str(), 0755) != 0) return fail_errno("cannot make the folder", root.string());
  UniqueFd fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return fail_errno("cannot open", root.string());
  // mkdir and open obey the umask; the image must not.
  if (::fchmod(fd.get(), 0755) != 0) return fail_errno("cannot set the mode of", root.string());
  return TreeWriter(std::move(fd), root.string(), file_time);
}

Result<void> TreeWriter::add_directory(std::string_view path) {
  if (path.empty() || path == folder_) return {};
  const std::string folder(path);
  if (::mkdirat(root_.get(), folder.c_str(), 0755) == 0) {
    if (::fchmodat(root_.get(), folder.c_str(), 0755, 0) != 0)
      return fail_errno("cannot set the mode of", folder);
    directories_.push_back(folder);
    return {};
  }
  if (errno == EEXIST) return {};
  const std::size_t slash = folder.rfind('/');
  if (errno != ENOENT || slash == std::string::npos)
    return fail_errno("cannot make the folder", name_ + "/" + folder);
  ENVTOOL_CHECK(add_directory(path.substr(0, slash)));
  return add_directory(path);
}

Result<void> TreeWriter::open_file(std::string_view path, bool executable) {
  const std::size_t slash = path.rfind('/');
  const std::string_view folder =
      slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  ENVTOOL_CHECK(add_directory(folder));
  folder_ = folder;
  open_path_ = path;
  const mode_t mode = executable ? 0755 : 0644;
  // A new file at every path: nothing of the archive can be a link that leads elsewhere.
  file_.reset(
      ::openat(root_.get(), open_path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!file_) return fail_errno("cannot make the file", name_ + "/" + open_path_);
  if (::fchmod(file_.get(), mode) != 0) return fail_errno("cannot set the mode of", name_ + "/" + open_path_);
  return {};
}

Result<void> TreeWriter::write(std::string_view bytes) { return write_all(file_.get(), bytes, open_path_); }

Result<void> TreeWriter::close_file() {
  const timespec times[2] = {{file_time_, 0}, {file_time_, 0}};
  if (::futimens(file_.get(), times) != 0)
    return fail_errno("cannot set the time of", name_ + "/" + open_path_);
  // close() is where a full disk or quota can show last.
  if (::close(file_.release()) != 0) return fail_errno("cannot write", name_ + "/" + open_path_);
  return {};
}

Result<void> TreeWriter::add_file(std::string_view path, std::string_view bytes, bool executable) {
  ENVTOOL_CHECK(open_file(path, executable));
  ENVTOOL_CHECK(write(bytes));
  return close_file();
}

Result<void> TreeWriter::add_symlink(std::string_view path, const std::string& target) {
  const std::size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) ENVTOOL_CHECK(add_directory(path.substr(0, slash)));
  const std::string link(path);
  if (::symlinkat(target.c_str(), root_.get(), link.c_str()) != 0)
    return fail_errno("cannot make the link", link);
  if (::utimensat(root_.get(), link.c_str(), kTimes.data(), AT_SYMLINK_NOFOLLOW) != 0)
    return fail_errno("cannot set the time of", link);
  return {};
}

Result<void> TreeWriter::finish() {
  for (const std::string& folder : directories_)
    if (::utimensat(root_.get(), folder.c_str(), kTimes.data(), AT_SYMLINK_NOFOLLOW) != 0)
      return fail_errno("cannot set the time of", name_ + "/" + folder);
  if (::futimens(root_.get(), kTimes.data()) != 0) return fail_errno("cannot set the time of", name_);
  return {};
}

}  // namespace envtool::image
