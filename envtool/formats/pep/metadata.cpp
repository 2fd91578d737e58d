#include "envtool/formats/pep/metadata.hpp"

#include <algorithm>

#include "envtool/support/text.hpp"

namespace envtool::pep {
namespace {

constexpr std::uint64_t kHighestMajor = 2;
constexpr std::uint64_t kHighestMinor = 6;

/// {major, minor}; {0, 0} for a text that is no version.
std::pair<std::uint64_t, std::uint64_t> version_pair(std::string_view text) {
  const auto version = Version::try_parse(text);
  if (!version) return {0, 0};
  const auto release = version->release();
  return {release[0], release.size() > 1 ? release[1] : 0};
}

class Reader {
 public:
  Result<Metadata> read(std::string_view bytes) {
    for (auto& [name, value] : parse_headers(bytes)) field(to_lower(name), std::move(value));
    if (out_.name.empty()) return fail(Code::bad_input, "the metadata has no Name");
    if (!is_valid_name(out_.name))
      return fail(Code::bad_input, "the metadata's Name " + shown(out_.name) + " is malformed");
    if (version_.empty()) return fail(Code::bad_input, "the metadata of " + out_.name + " has no Version");
    auto version = Version::try_parse(version_);
    if (!version)
      return fail(Code::bad_input,
                  "the metadata of " + out_.name + " has Version " + shown(version_) + ", which is none");
    ENVTOOL_CHECK(check_format());
    out_.version = *std::move(version);
    out_.key = normalize_name(out_.name);
    return std::move(out_);
  }

 private:
  static std::string shown(const std::string& text) { return "'" + text.substr(0, 100) + "'"; }
  void defect(std::string field, std::string value, std::string reason) {
    out_.defects.push_back({std::move(field), std::move(value), std::move(reason)});
  }

  void field(const std::string& name, std::string value) {
    if (name == "requires-dist") return requirement(std::move(value));
    if (name == "name") return first(out_.name, std::move(value));
    if (name == "version") return first(version_, std::move(value));
    if (name == "metadata-version") return first(out_.metadata_version, std::move(value));
    if (name == "summary") return first(out_.summary, std::move(value));
    if (name == "requires-python") return python(std::move(value));
    if (name == "dynamic") return out_.dynamic.push_back(to_lower(value));
    if (name == "provides-extra") return extra(std::move(value));
  }
  static void first(std::string& target, std::string value) {
    if (target.empty()) target = std::move(value);
  }
  void requirement(std::string value) {
    auto parsed = Requirement::parse_lenient(value);
    if (parsed) out_.requires_dist.push_back(*std::move(parsed));
    else defect("Requires-Dist", std::move(value), parsed.error().what);
  }
  void python(std::string value) {
    if (value.empty() || out_.requires_python) return;
    auto parsed = SpecifierSet::parse_lenient(value);
    if (parsed) out_.requires_python = *std::move(parsed);
    else defect("Requires-Python", std::move(value), parsed.error().what);
  }
  void extra(std::string value) {
    if (!is_valid_name(value)) return defect("Provides-Extra", std::move(value), "it is not a valid name");
    auto name = normalize_name(value);
    if (std::find(out_.provides_extra.begin(), out_.provides_extra.end(), name) == out_.provides_extra.end())
      out_.provides_extra.push_back(std::move(name));
  }

  Result<void> check_format() {
    const auto& text = out_.metadata_version;
    const auto [major, minor] = version_pair(text);
    if (major > kHighestMajor)
      return fail(Code::bad_input,
                  "the metadata of " + out_.name + " is of format " + shown(text) + ", which is too new",
                  "a newer envtool may read it");
    if (major == 0) defect("Metadata-Version", text, text.empty() ? "it is missing" : "it is malformed");
    else if (major == kHighestMajor && minor > kHighestMinor)
      defect("Metadata-Version", text, "it is newer than 2.6");
    return {};
  }

  Metadata out_;
  std::string version_;
};

}  // namespace

bool Metadata::dependencies_are_static() const {
  if (version_pair(metadata_version) < std::pair<std::uint64_t, std::uint64_t>{2, 2}) return false;
  return std::none_of(dynamic.begin(), dynamic.end(), [](const std::string& field) {
    return field == "requires-dist" || field == "requires-python" || field == "provides-extra";
  });
}

Result<Metadata> Metadata::parse(std::string_view bytes) { return Reader().read(bytes); }

}  // namespace envtool::pep
