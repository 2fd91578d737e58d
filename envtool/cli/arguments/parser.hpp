#pragma once
// Command-line arguments into a verb's request struct.
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "envtool/support/byte_count.hpp"
#include "envtool/support/result.hpp"

namespace envtool::cli {

/// What every verb understands.
struct CommonOptions {
  bool help = false;
  bool verbose = false;
  bool quiet = false;
  bool json = false;
  std::optional<std::filesystem::path> project;
};

/// One verb's arguments. Every option must be in kOptions; `bind` says where its value goes:
///
///     LockRequest request;  CommonOptions common;
///     Parser parser("lock", common);
///     parser.bind("--upgrade", request.upgrade_all).bind("--upgrade-package", request.upgrade);
///     ENVTOOL_CHECK(parser.parse(arguments));
///
/// `--name VALUE`, `--name=VALUE`, `-N VALUE`, `-NVALUE`; flags may be bundled (-vq); `--` ends options;
/// names are never abbreviated. An option that is given twice keeps the last value, lists keep all.
class Parser {
 public:
  Parser(std::string_view verb, CommonOptions& common);

  Parser& bind(std::string_view option, bool& out);
  Parser& bind(std::string_view option, std::optional<std::string>& out);
  Parser& bind(std::string_view option, std::optional<std::filesystem::path>& out);
  Parser& bind(std::string_view option, std::optional<ByteCount>& out);
  Parser& bind(std::string_view option, std::vector<std::string>& out);
  Parser& bind(std::string_view option, std::set<std::string>& out);
  /// A whole number of 0 or more.
  Parser& bind(std::string_view option, int& out);
  /// NAME=VALUE, or NAME whose value is the caller's own (left out where the caller has none).
  Parser& bind(std::string_view option, std::vector<std::pair<std::string, std::string>>& out);

  /// One operand that may be left out: `env init TEMPLATE`.
  Parser& operand(std::optional<std::string>& out);
  /// From the first operand on, everything: `env run CMD --flag`.
  Parser& command(std::vector<std::string>& out);

  /// `arguments` are those after the verb. With --help, what is missing is no error.
  /// Errors: usage, with the nearest option.
  Result<void> parse(std::span<const std::string> arguments);

  /// The options of kOptions that no bind() names: empty, which a test of each verb asserts.
  [[nodiscard]] std::vector<std::string> unbound() const;

 private:
  using Set = std::function<Result<void>(std::string_view value)>;
  Parser& bind_value(std::string_view option, Set set);
  Result<void> take(std::string_view name, std::optional<std::string_view> inline_value, bool& used_next,
                    std::optional<std::string_view> next);
  Result<bool> take_long(std::string_view argument, std::optional<std::string_view> next);
  Result<bool> take_letters(std::string_view argument, std::optional<std::string_view> next);
  [[nodiscard]] Failure unknown(std::string_view name) const;

  std::string verb_;
  std::map<std::string, Set, std::less<>> setters_;
  std::optional<std::string>* operand_ = nullptr;
  std::vector<std::string>* command_ = nullptr;
};

}  // namespace envtool::cli
