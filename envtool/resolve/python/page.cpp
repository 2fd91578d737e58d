#include "envtool/resolve/python/page.hpp"

#include <cstring>

#include "envtool/formats/pep/file_name.hpp"
#include "envtool/support/text.hpp"

namespace envtool::resolve::python {
namespace {

constexpr std::uint32_t kMagic = 0x31505645;  // "EVP1": changes with the form

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}
void put_digest(std::string& out, const Digest& digest) {
  out.append(reinterpret_cast<const char*>(digest.bytes().data()), digest.bytes().size());
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  template <class T>
  T take() {
    T value{};
    if (rest_.size() < sizeof value) return broken_ = true, value;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  std::string_view text() {
    auto size = take<std::uint32_t>();
    if (rest_.size() < size) return broken_ = true, std::string_view{};
    auto text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  Digest digest() { return Digest(take<std::array<std::uint8_t, 32>>()); }
  /// Never more than what is left could hold.
  std::size_t count() { return std::min<std::size_t>(take<std::uint32_t>(), rest_.size()); }
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  std::string_view rest_;
  bool broken_ = false;
};

enum Flag : std::uint8_t { yanked = 1, wheel = 2, has_metadata = 4 };

void put_file(std::string& out, const File& file) {
  put_text(out, file.name);
  put_text(out, file.url);
  put_digest(out, file.sha256);
  put(out, file.size);
  put(out, file.uploaded);
  put_text(out, file.requires_python);
  put_text(out, file.yanked_reason);
  put(out, static_cast<std::uint8_t>((file.yanked ? Flag::yanked : 0) | (file.wheel ? Flag::wheel : 0) |
                                     (file.has_metadata ? Flag::has_metadata : 0)));
  if (file.has_metadata) put_digest(out, file.metadata_sha256);
}

File take_file(Reader& in) {
  File file;
  file.name = in.text();
  file.url = in.text();
  file.sha256 = in.digest();
  file.size = in.take<std::uint64_t>();
  file.uploaded = in.take<std::int64_t>();
  file.requires_python = in.text();
  file.yanked_reason = in.text();
  const auto flags = in.take<std::uint8_t>();
  file.yanked = (flags & Flag::yanked) != 0;
  file.wheel = (flags & Flag::wheel) != 0;
  file.has_metadata = (flags & Flag::has_metadata) != 0;
  if (file.has_metadata) file.metadata_sha256 = in.digest();
  return file;
}

}  // namespace

PageWriter::Group* PageWriter::group(std::string_view text) {
  auto known = by_text_.find(text);
  if (known != by_text_.end()) return known->second;
  auto version = pep::Version::try_parse(text);
  Group* made = version ? &groups_[*version] : nullptr;
  by_text_.emplace(text, made);
  return made;
}

PageWriter::Group* PageWriter::group_of(std::string_view file_name, bool wheel) {
  if (wheel) {
    auto fields = pep::split_wheel_name(file_name);
    if (!fields) return nullptr;
    return group(fields->version);
  }
  auto sdist = pep::SdistName::parse(file_name, name_);
  return sdist ? group(sdist->version.text()) : nullptr;
}

void PageWriter::add(const File& file) {
  if (Group* group = group_of(file.name, file.wheel)) group->files.push_back(file);
}

void PageWriter::add_foreign(std::string_view file_name) {
  if (Group* group = group_of(file_name, true)) group->foreign = true;
}

bool PageWriter::foreign_wheel(std::string_view file_name) {
  auto fields = pep::split_wheel_name(file_name);
  if (!fields) return true;
  const auto has = [&](std::string_view word) {
    return fields->platforms.find(word) != std::string_view::npos;
  };
  return !has("linux") && fields->platforms != "any";
}

std::string PageWriter::finish(std::string_view etag, std::string_view status,
                               std::chrono::sys_seconds fetched) const {
  std::string out;
  put(out, kMagic);
  put(out, static_cast<std::int64_t>(fetched.time_since_epoch().count()));
  put_text(out, etag);
  put_text(out, status);
  put(out, static_cast<std::uint32_t>(groups_.size()));
  for (const auto& [version, group] : groups_) {
    put_text(out, version.text());
    put(out, static_cast<std::uint8_t>(group.foreign));
    put(out, static_cast<std::uint32_t>(group.files.size()));
    for (const File& file : group.files) put_file(out, file);
  }
  return out;
}

Result<void> Page::read(std::string bytes, Page& into) {
  into.bytes_ = std::move(bytes);
  Reader in(into.bytes_);
  if (in.take<std::uint32_t>() != kMagic)
    return fail(Code::bad_input, "a cached index page has an older form");
  into.fetched = std::chrono::sys_seconds(std::chrono::seconds(in.take<std::int64_t>()));
  into.etag = in.text();
  into.status = in.text();
  const std::size_t count = in.count();
  into.releases.reserve(count);
  for (std::size_t i = 0; i < count && !in.broken(); ++i) {
    auto version = pep::Version::try_parse(in.text());
    Release release;
    release.foreign = in.take<std::uint8_t>() != 0;
    const std::size_t files = in.count();
    for (std::size_t f = 0; f < files && !in.broken(); ++f) release.files.push_back(take_file(in));
    if (!version) return fail(Code::bad_input, "a cached index page is damaged");
    release.version = std::move(*version);
    into.releases.push_back(std::move(release));
  }
  if (in.broken()) return fail(Code::bad_input, "a cached index page is damaged");
  return {};
}

}  // namespace envtool::resolve::python
