#pragma once
// One project's page of an index, as little of it as resolving needs.
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/formats/pep/version.hpp"
#include "envtool/support/digest.hpp"
#include "envtool/support/result.hpp"
#include "envtool/support/url.hpp"

namespace envtool::resolve::python {

/// A wheel or source distribution that an index offers. Views point into the page's bytes.
struct File {
  std::string_view name;
  std::string_view url;       ///< absolute
  Digest sha256;              ///< empty: the index gives none, and the file is never picked
  std::uint64_t size = 0;     ///< 0: unknown
  std::int64_t uploaded = 0;  ///< seconds since 1970, 0: unknown (PEP 700)
  std::string_view requires_python;
  std::string_view yanked_reason;
  bool yanked = false;
  bool wheel = false;
  bool has_metadata = false;  ///< "<url>.metadata" exists (PEP 658, 714)
  Digest metadata_sha256;     ///< may be empty
};

struct Release {
  pep::Version version;
  std::vector<File> files;
  bool foreign = false;  ///< has wheels for other systems, which are not in `files`
};

class Page {
 public:
  std::string name;   ///< normalised
  std::string index;  ///< its name in env.yaml, "pypi" for the default
  std::string etag;
  std::string status;  ///< PEP 792: "", archived, quarantined, deprecated
  std::chrono::sys_seconds fetched{};
  std::vector<Release> releases;  ///< ascending

  Page() = default;
  Page(const Page&) = delete;
  Page& operator=(const Page&) = delete;
  /// In: what PageWriter made. Errors: bad_input when it is not that (another version of it, or damaged).
  static Result<void> read(std::string bytes, Page& into);
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// Collects files in any order and writes them by release: the form that is kept in the cache, and that Page
/// reads without parsing JSON, versions' order or file names again.
class PageWriter {
 public:
  /// Views must live until `finish`. A name that is neither a wheel for Linux nor a source distribution, or
  /// whose version is none, is left out.
  void add(const File& file);
  /// Whether a wheel of this name could run on any Linux; asked before the other fields are decoded.
  static bool foreign_wheel(std::string_view file_name);
  void add_foreign(std::string_view file_name);
  [[nodiscard]] std::string finish(std::string_view etag, std::string_view status,
                                   std::chrono::sys_seconds fetched) const;

  explicit PageWriter(std::string name) : name_(std::move(name)) {}

 private:
  struct Group {
    std::vector<File> files;
    bool foreign = false;
  };
  Group* group(std::string_view version_text);
  Group* group_of(std::string_view file_name, bool wheel);
  std::string name_;
  std::map<pep::Version, Group> groups_;
  std::map<std::string, Group*, std::less<>> by_text_;
};

/// PEP 691 JSON (with 700, 714, 792). `body` is padded in place. Errors: bad_input.
Result<void> read_json_page(std::string& body, const Url& base, PageWriter& into, std::string& status,
                            std::deque<std::string>& keep_alive);
/// PEP 503 HTML: anchors and their data- attributes. Errors: bad_input when it is no page of links.
Result<void> read_html_page(std::string_view body, const Url& base, PageWriter& into, std::string& status,
                            std::deque<std::string>& keep_alive);

}  // namespace envtool::resolve::python
