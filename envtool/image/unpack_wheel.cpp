#include "envtool/image/unpack_wheel.hpp"

#include <algorithm>
#include <set>

#include "envtool/formats/archive/tar.hpp"
#include "envtool/formats/archive/zip.hpp"
#include "envtool/image/install_plan.hpp"
#include "envtool/image/tree_writer.hpp"
#include "envtool/image/twin_sha256.hpp"

namespace envtool::image {
namespace {

using archive::TarEntry;

/// Files and the folders above them in the order of the tar: bytes of the path, so parents first.
struct Entry {
  std::string_view path;
  const InstallFile* file = nullptr;  ///< null: a folder
};

std::vector<Entry> in_order(const std::vector<InstallFile>& files) {
  std::set<std::string_view> folders;
  for (const InstallFile& file : files) {
    const std::string_view path = file.path;
    for (std::size_t slash = path.rfind('/'); slash != std::string_view::npos;
         slash = path.rfind('/', slash - 1))
      if (!folders.insert(path.substr(0, slash)).second) break;
  }
  std::vector<Entry> entries;
  entries.reserve(folders.size() + files.size());
  for (const std::string_view folder : folders) entries.push_back({folder, nullptr});
  for (const InstallFile& file : files) entries.push_back({file.path, &file});
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.path < b.path; });
  return entries;
}

class Unpacker {
 public:
  Unpacker(const archive::ZipReader& wheel, TreeWriter writer, std::string object, std::int64_t file_time)
      : wheel_(wheel),
        writer_(std::move(writer)),
        object_(std::move(object)),
        file_time_(file_time),
        tar_([this](std::string_view bytes) {
          // A member's bytes count for its own digest too; the tar's headers and padding do not.
          in_member_ ? digests_.update_both(bytes) : digests_.update_outer(bytes);
          return Result<void>{};
        }) {}

  Result<store::TreeRecord> run(const std::vector<InstallFile>& files, const std::stop_token& stop) {
    const std::vector<Entry> entries = in_order(files);
    for (const Entry& entry : entries) {
      if (stop.stop_requested()) return fail(Code::cancelled, "unpacking " + object_ + " was cancelled");
      ENVTOOL_CHECK(entry.file == nullptr ? add_folder(entry.path) : add_file(*entry.file));
    }
    ENVTOOL_CHECK(writer_.finish());
    ENVTOOL_CHECK(tar_.finish());
    store::TreeRecord record;
    record.diff_id = digests_.finish_outer();
    record.tar_size = tar_.written();
    record.entries = entries.size();
    return record;
  }

 private:
  Result<void> add_folder(std::string_view path) {
    TarEntry entry;
    entry.type = TarEntry::Type::directory;
    entry.path = path;
    entry.mode = 0755;
    entry.mtime = kFixedTime;
    ENVTOOL_CHECK(writer_.add_directory(path));
    return tar_.add(entry);
  }

  Result<void> add_file(const InstallFile& file) {
    TarEntry entry;
    entry.path = file.path;
    entry.mode = file.executable ? 0755 : 0644;
    entry.mtime = file_time_;
    entry.size = file.size;
    ENVTOOL_CHECK(tar_.add(entry));
    ENVTOOL_CHECK(writer_.open_file(file.path, file.executable));
    if (file.member != nullptr) {
      ENVTOOL_CHECK(add_member(file));
    } else {
      ENVTOOL_CHECK(writer_.write(file.bytes));
      ENVTOOL_CHECK(tar_.write(file.bytes));
    }
    return writer_.close_file();
  }

  Result<void> add_member(const InstallFile& file) {
    digests_.begin_inner();
    in_member_ = true;
    const auto take = [&](std::string_view piece) -> Result<void> {
      ENVTOOL_CHECK(writer_.write(piece));
      return tar_.write(piece);
    };
    ENVTOOL_CHECK(wheel_.extract(*file.member, take));
    in_member_ = false;
    if (digests_.finish_inner() == file.sha256) return {};
    return fail(Code::bad_input,
                object_ + ": " + file.member->name + " does not have the sha256 that RECORD says",
                "the wheel was changed after it was made: do not use it");
  }

  const archive::ZipReader& wheel_;
  TreeWriter writer_;
  std::string object_;
  std::int64_t file_time_;
  TwinSha256 digests_;
  bool in_member_ = false;
  archive::TarWriter tar_;
};

}  // namespace

Result<store::TreeRecord> unpack_wheel(const std::filesystem::path& file, const WheelTree& what,
                                       const InstallScheme& scheme, const std::filesystem::path& root,
                                       const std::stop_token& stop) {
  const std::string object = what.name + " " + what.version;
  ENVTOOL_TRY(const auto source, archive::FileAccess::open(file.string()));
  ENVTOOL_TRY(const auto wheel, archive::ZipReader::open(source, object));
  ENVTOOL_TRY(const auto files, plan_install(wheel, what, scheme, object));
  ENVTOOL_TRY(TreeWriter writer, TreeWriter::create(root, file_time(what.wheel.sha256)));
  return Unpacker(wheel, std::move(writer), object, file_time(what.wheel.sha256)).run(files, stop);
}

}  // namespace envtool::image
