#include "envtool/image/deb_unpack.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <array>
#include <unordered_map>

#include "envtool/formats/archive/decompress.hpp"
#include "envtool/formats/archive/path_guard.hpp"
#include "envtool/formats/deb/ar.hpp"
#include "envtool/formats/deb/control.hpp"
#include "envtool/image/tree_writer.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"

namespace envtool::image {
namespace fs = std::filesystem;
using archive::TarEntry;
namespace {

constexpr ByteCount kLargestMember = 64_MiB;

class Mapping {
 public:
  static Result<Mapping> open(const fs::path& path) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return fail_errno("open", path.native());
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return fail_errno("stat", path.native());
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = size == 0 ? nullptr : ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (address == MAP_FAILED) return fail_errno("map", path.native());
    if (address != nullptr) ::madvise(address, size, MADV_SEQUENTIAL);
    return Mapping(address, size);
  }
  Mapping(Mapping&& other) noexcept
      : address_(std::exchange(other.address_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping() {
    if (address_ != nullptr) ::munmap(address_, size_);
  }
  [[nodiscard]] std::string_view bytes() const { return {static_cast<const char*>(address_), size_}; }

 private:
  Mapping(void* address, std::size_t size) : address_(address), size_(size) {}
  void* address_;
  std::size_t size_;
};

// dpkg's database asks for MD5 of conffiles; it tells edits from updates and protects nothing.
class Md5 {
 public:
  Md5() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    EVP_DigestInit_ex(context_.get(), EVP_md5(), nullptr);
  }
  void update(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  std::string finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    EVP_DigestFinal_ex(context_.get(), out.data(), &size);
    std::string hex;
    constexpr char kHex[] = "0123456789abcdef";
    for (unsigned i = 0; i < size; ++i) {
      hex.push_back(kHex[out[i] >> 4]);
      hex.push_back(kHex[out[i] & 15]);
    }
    return hex;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

Result<void> read_control(std::string_view bytes, const std::string& object, UnpackedDeb& out) {
  archive::MemoryStream compressed(bytes);
  ENVTOOL_TRY(const auto plain, archive::decompress(compressed, object, {.output = 256_MiB}));
  archive::TarReader tar(*plain, object);
  for (;;) {
    ENVTOOL_TRY(const auto entry, tar.next());
    if (!entry) return {};
    if (entry->type != TarEntry::Type::file) continue;
    ENVTOOL_TRY(std::string content, tar.read_content(kLargestMember));
    if (entry->path == "control") {
      out.control = std::move(content);
      if (!out.control.ends_with('\n')) out.control.push_back('\n');
    } else if (entry->path.find('/') == std::string::npos) {
      out.members.push_back({entry->path, std::move(content), (entry->mode & 0111U) != 0});
    }
  }
}

std::vector<std::string> names_of(std::string_view relations) {
  std::vector<std::string> out;
  for (const std::string_view relation : split(relations, ',')) {
    const std::string_view name = trim(relation);
    out.emplace_back(name.substr(0, name.find_first_of(" (:\t\n")));
  }
  return out;
}

Result<void> read_identity(const project::LockedDeb& pin, UnpackedDeb& out,
                           std::vector<std::string>& replaces) {
  ENVTOOL_TRY(const auto paragraphs, deb::parse_control(out.control));
  if (paragraphs.size() != 1) return fail(Code::bad_input, "the control file has not one paragraph");
  const auto& control = paragraphs.front();
  out.name = control.get("Package");
  out.architecture = control.get("Architecture");
  out.multi_arch_same = trim(control.get("Multi-Arch")) == "same";
  replaces = names_of(control.get("Replaces"));
  const std::string version(control.get("Version"));
  if (out.name == pin.name && version == pin.version && out.architecture == pin.architecture) return {};
  return fail(Code::bad_input, "it is " + out.name + " " + version + " (" + out.architecture + ")");
}

class DataUnpacker {
 public:
  DataUnpacker(std::size_t rank, std::int64_t time, UnpackTarget& target, UnpackedDeb& out)
      : rank_(rank), time_(time), target_(target), out_(out) {
    const std::string* conffiles = out.member("conffiles");
    if (conffiles == nullptr) return;
    for (const std::string_view line : split(*conffiles, '\n')) {
      // deb-conffiles(5): a flag may stand before the path.
      const std::string_view path = trim(line.substr(std::min(line.find('/'), line.size())));
      if (!path.empty() && trim(line).front() == '/') conffiles_.emplace(path, std::string());
    }
  }

  Result<void> unpack(std::string_view bytes, const std::string& object) {
    archive::MemoryStream compressed(bytes);
    ENVTOOL_TRY(const auto plain, archive::decompress(compressed, object));
    archive::TarReader tar(*plain, object);
    for (;;) {
      ENVTOOL_TRY(auto entry, tar.next());
      if (!entry) break;
      ENVTOOL_CHECK(unpack_entry(tar, std::move(*entry)));
    }
    if (out_.list.empty() || out_.list.front() != "/.") out_.list.insert(out_.list.begin(), "/.");
    for (auto& [path, md5] : conffiles_)
      if (!md5.empty()) out_.conffiles.emplace_back(path, md5);
    std::sort(out_.conffiles.begin(), out_.conffiles.end());
    return {};
  }

 private:
  Result<void> unpack_entry(archive::TarReader& tar, TarEntry entry) {
    const std::string shipped = entry.path.empty() ? "/." : "/" + entry.path;
    ENVTOOL_CHECK(merge(entry));
    entry.mtime = entry.type == TarEntry::Type::file ? time_ : kFixedTime;
    if (entry.path.empty()) {
      out_.list.push_back(shipped);
      return {};
    }
    const auto conffile = conffiles_.find(shipped);
    Md5 md5;
    const auto content = [&](std::span<char> into) -> Result<std::size_t> {
      ENVTOOL_TRY(const std::size_t size, tar.read(into));
      if (conffile != conffiles_.end()) md5.update({into.data(), size});
      return size;
    };
    ENVTOOL_TRY(const bool ours, target_.add(rank_, entry, content));
    if (ours) out_.list.push_back(shipped);
    if (ours && conffile != conffiles_.end()) conffile->second = md5.finish();
    return {};
  }

  Result<void> merge(TarEntry& entry) {
    auto [path, top] = merge_usr(entry.path);
    // The link itself (newer base-files ship it) is made like any other.
    if (!top.empty() && path == "usr/" + top) {
      if (entry.type == TarEntry::Type::symlink) return {};
    }
    entry.path = std::move(path);
    if (entry.type == TarEntry::Type::hardlink) entry.link = merge_usr(entry.link).first;
    if (top.empty()) return {};
    TarEntry link;
    link.type = TarEntry::Type::symlink;
    link.path = top;
    link.link = "usr/" + top;
    link.mode = 0777;
    return target_.add_shared_link(link);
  }

  std::size_t rank_;
  std::int64_t time_;
  UnpackTarget& target_;
  UnpackedDeb& out_;
  std::unordered_map<std::string, std::string> conffiles_;
};

Result<UnpackedDeb> unpack(const fs::path& file, const project::LockedDeb& pin, std::size_t rank,
                           UnpackTarget& target) {
  ENVTOOL_TRY(const Mapping mapping, Mapping::open(file));
  ENVTOOL_TRY(const auto members, deb::parse_deb(mapping.bytes()));
  UnpackedDeb out;
  std::vector<std::string> replaces;
  ENVTOOL_CHECK(read_control(members.control.bytes, pin.name + ": control", out));
  ENVTOOL_CHECK(read_identity(pin, out, replaces));
  if (const std::string* preinst = out.member("preinst"); preinst != nullptr && target.has_lowers())
    out.by_dpkg = preinst->find("dpkg-divert") != std::string::npos;
  if (out.by_dpkg) return out;
  target.set_replaces(rank, std::move(replaces));
  ENVTOOL_CHECK(DataUnpacker(rank, file_time(pin.artifact.sha256), target, out)
                    .unpack(members.data.bytes, pin.name + ": data"));
  return out;
}

}  // namespace

const std::string* UnpackedDeb::member(std::string_view member_name) const {
  for (const Member& item : members)
    if (item.name == member_name) return &item.bytes;
  return nullptr;
}

bool UnpackedDeb::needs_preinst() const {
  const std::string* preinst = member("preinst");
  if (preinst == nullptr) return false;
  for (std::string_view line : split(*preinst, '\n')) {
    line = trim(line);
    // dpkg-maintscript-helper(1) acts on the version that was there before, and there was none.
    const bool idle = line.empty() || line.starts_with('#') || line.starts_with("set -") ||
                      line == "exit 0" || line.starts_with("dpkg-maintscript-helper ");
    if (!idle) return true;
  }
  return false;
}

std::pair<std::string, std::string> merge_usr(std::string path) {
  const std::string top = path.substr(0, path.find('/'));
  for (const std::string_view merged : {"bin", "sbin", "lib", "lib32", "lib64", "libo32", "libx32"})
    if (top == merged) return {"usr/" + path, top};
  return {std::move(path), {}};
}

Result<UnpackedDeb> unpack_deb(const fs::path& file, const project::LockedDeb& pin, std::size_t rank,
                               UnpackTarget& target) {
  auto result = unpack(file, pin, rank, target);
  if (!result) return fail(std::move(result).error().in("while unpacking " + pin.name + " " + pin.version));
  return result;
}

}  // namespace envtool::image
