#pragma once
// The entries of `packages`: requirements, `-r FILE`, `-c FILE`, `-e PATH`. Private to project/.
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "envtool/project/env_yaml.hpp"

namespace envtool::project {

class PackageReader {
 public:
  /// `folder` is where env.yaml is; what is read is added to `out`. In errors, included files are named
  /// beside `shown`, the name of env.yaml there.
  PackageReader(std::filesystem::path folder, const std::filesystem::path& shown, EnvYaml& out)
      : folder_(std::move(folder)), shown_(shown.parent_path()), out_(out) {}

  /// One entry of `packages`. `text_column` is added to columns that a requirement's parser gives.
  /// Errors: bad_input with the place in env.yaml or in the included file.
  Result<void> entry(const Placed& written, std::uint32_t text_column);
  /// A requirement for `constraints` or `overrides`: no extras, no url, no options.
  static Result<void> check_bound(const Placed& written, std::uint32_t text_column, std::string_view key);

 private:
  enum class Target { packages, constraints };
  Result<void> line(const Placed& written, std::uint32_t text_column, const std::filesystem::path& beside,
                    Target target, int depth);
  Result<void> option(const Placed& written, const std::filesystem::path& beside, int depth);
  Result<void> include(const Placed& written, std::string_view file, const std::filesystem::path& beside,
                       Target target, int depth);
  Result<void> editable(const Placed& written, std::string_view path);
  Result<void> editable_metadata(const std::filesystem::path& path);

  std::filesystem::path folder_;
  std::filesystem::path shown_;
  EnvYaml& out_;
  std::set<std::pair<std::filesystem::path, Target>> included_;
};

/// One requirement of a requirements file: continuation lines joined, comments and hashes gone.
/// Source: pip's "Requirements File Format".
std::vector<Placed> requirement_lines(const Source& file);

}  // namespace envtool::project
