#pragma once
// Sessions on disk: <state>/sessions/<id>/{state.json, spec.json, log, exit}. One running session a project.
#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "envtool/support/files.hpp"
#include "envtool/support/result.hpp"
#include "runtime/engine.hpp"

namespace envtool::runtime::service {

struct SessionRecord {
  Session session;
  std::filesystem::path project;  ///< canonical folder
  std::string image;              ///< "sha256:…"
  std::string engine = "native";
  std::vector<std::string> command;
  std::vector<std::string> env;  ///< what `exec` gives its command, "NAME=value"
  NetworkMode network = NetworkMode::host;
  std::vector<std::uint16_t> ports;
  std::chrono::sys_seconds started{};
};

class SessionStore {
 public:
  /// Makes `state`/sessions (0700). Default folder: env_vars::state_dir(). Errors: io.
  static Result<SessionStore> open(const std::filesystem::path& state);
  [[nodiscard]] std::filesystem::path folder() const { return folder_; }

  /// A new id and its folder; nothing is listed until `put`. Errors: io.
  Result<Session> create() const;
  /// Write state.json (and spec.json beside it, where given). Errors: io.
  Result<void> put(const SessionRecord& record, const oci::RuntimeSpec* spec = nullptr) const;
  /// All readable records, oldest first; a folder that is damaged or half made is left out.
  [[nodiscard]] std::vector<SessionRecord> list() const;
  /// The newest session of a project that is alive.
  [[nodiscard]] std::optional<SessionRecord> find(const std::filesystem::path& project) const;
  /// By id, or an unambiguous beginning of it. Errors: not_found, usage when several fit.
  Result<SessionRecord> find_id(std::string_view beginning) const;
  /// Errors: io.
  Result<void> remove(const std::string& id) const;
  /// Remove what is dead; a session's log is kept for `keep` after it ended. Out: how many went.
  Result<std::size_t> remove_stale(std::chrono::seconds keep) const;
  /// Held while a project's session is started or stopped, so that two `env up` make one. Errors: io.
  Result<FileLock> lock(const std::filesystem::path& project) const;
  /// What the main process ended with, once it has.
  [[nodiscard]] std::optional<int> exit_code(const Session& session) const;

 private:
  std::filesystem::path folder_;
};

/// pid 1 of the session runs and is the one that was started. A pid that was reused has another start time.
[[nodiscard]] bool is_alive(const Session& session);

}  // namespace envtool::runtime::service
