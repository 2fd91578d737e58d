#pragma once
// Stages report here; they never print. ui/ draws it, --json and Python implement it too.
#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "envtool/support/byte_count.hpp"

namespace envtool {

enum class Stage { resolve, fetch, unpack, configure, assemble, materialise, run };
std::string_view name(Stage stage);

/// Progress of one thing, for one line of the live block. `id` is stable for the thing ("resolve/python",
/// "fetch"); counts are totals so far, not increments. `total` 0 means unknown.
struct Progress {
  Stage stage = Stage::resolve;
  std::string id;
  std::string text;  ///< "fetching 107 wheels"
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  enum class Unit { items, bytes } unit = Unit::items;
  bool finished = false;
};

/// Calls may come from any thread; an implementation locks for itself and returns quickly.
class Events {
 public:
  virtual ~Events() = default;
  virtual void progress(const Progress& progress) = 0;
  /// One sentence that a person should read, not an error ("numpy 2.1.0rc1 is a pre-release").
  virtual void warn(std::string_view sentence) = 0;
  /// One sentence about what happened ("base debian bookworm: 130 packages, configured in 4.6 s").
  virtual void note(std::string_view sentence) = 0;
  /// Detail for -v only.
  virtual void detail(std::string_view sentence) = 0;
  /// Set by Ctrl-C: long work checks it and returns Code::cancelled.
  [[nodiscard]] virtual std::stop_token stop_token() const { return {}; }
};

/// Swallows everything: for tests and library callers that do not care.
class NoEvents : public Events {
 public:
  void progress(const Progress&) override {}
  void warn(std::string_view) override {}
  void note(std::string_view) override {}
  void detail(std::string_view) override {}
};

}  // namespace envtool
