#include "runtime/service/session_store.hpp"

#include <sys/random.h>

#include <algorithm>
#include <charconv>

#include "envtool/support/digest.hpp"
#include "envtool/support/process.hpp"
#include "runtime/service/record_json.hpp"

namespace envtool::runtime::service {
namespace fs = std::filesystem;
namespace {

std::string random_id() {
  unsigned char bytes[6] = {};
  if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes) return {};
  constexpr char kHex[] = "0123456789abcdef";
  std::string id;
  for (const unsigned char byte : bytes) {
    id.push_back(kHex[byte >> 4]);
    id.push_back(kHex[byte & 15]);
  }
  return id;
}

}  // namespace

bool is_alive(const Session& session) {
  return session.init > 0 && process_start_time(session.init) == session.init_start_time;
}

Result<SessionStore> SessionStore::open(const fs::path& state) {
  SessionStore store;
  store.folder_ = state / "sessions";
  // Logs and environments are their owner's alone.
  ENVTOOL_CHECK(make_directories(store.folder_, 0700));
  return store;
}

Result<Session> SessionStore::create() const {
  Session session;
  session.id = random_id();
  if (session.id.empty()) return fail_errno("read", "random bytes");
  session.folder = folder_ / session.id;
  ENVTOOL_CHECK(make_directories(session.folder, 0700));
  return session;
}

Result<void> SessionStore::put(const SessionRecord& record, const oci::RuntimeSpec* spec) const {
  const fs::path folder = folder_ / record.session.id;
  if (spec != nullptr) ENVTOOL_CHECK(write_atomic(folder / "spec.json", oci::render(*spec), 0600, false));
  return write_atomic(folder / "state.json", render_record(record), 0600, false);
}

std::vector<SessionRecord> SessionStore::list() const {
  std::vector<SessionRecord> records;
  std::error_code error;
  for (auto at = fs::directory_iterator(folder_, error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    const auto text = read_file(at->path() / "state.json", 16_MiB);
    if (!text) continue;
    if (auto record = parse_record(*text)) {
      record->session.id = at->path().filename().native();
      record->session.folder = at->path();
      records.push_back(std::move(*record));
    }
  }
  std::sort(records.begin(), records.end(), [](const SessionRecord& a, const SessionRecord& b) {
    return std::tie(a.started, a.session.id) < std::tie(b.started, b.session.id);
  });
  return records;
}

std::optional<SessionRecord> SessionStore::find(const fs::path& project) const {
  auto records = list();
  for (auto record = records.rbegin(); record != records.rend(); ++record)
    if (record->project == project && is_alive(record->session)) return std::move(*record);
  return std::nullopt;
}

Result<SessionRecord> SessionStore::find_id(std::string_view beginning) const {
  std::optional<SessionRecord> found;
  for (auto& record : list()) {
    if (beginning.empty() || !record.session.id.starts_with(beginning)) continue;
    if (found)
      return fail(Code::usage, "several sessions have an id that begins with " + std::string(beginning),
                  "write more of it; `env ps` shows the ids");
    found = std::move(record);
  }
  if (found) return std::move(*found);
  return fail(Code::not_found, "no session has an id that begins with \"" + std::string(beginning) + "\"",
              "`env ps` shows the sessions that there are");
}

Result<void> SessionStore::remove(const std::string& id) const {
  const bool plain = !id.empty() && id.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!plain) return fail(Code::internal, "\"" + id + "\" is no session id");
  return remove_tree(folder_ / id);
}

Result<std::size_t> SessionStore::remove_stale(std::chrono::seconds keep) const {
  std::size_t removed = 0;
  for (const auto& record : list()) {
    if (is_alive(record.session)) continue;
    // The exit record was made at the start and written at the end; a killed session leaves it empty.
    std::error_code error;
    const auto ended = fs::last_write_time(record.session.folder / "exit", error);
    if (!error && fs::file_time_type::clock::now() - ended < keep) continue;
    ENVTOOL_CHECK(remove(record.session.id));
    ++removed;
  }
  return removed;
}

Result<FileLock> SessionStore::lock(const fs::path& project) const {
  ENVTOOL_CHECK(make_directories(folder_.parent_path() / "locks", 0700));
  return FileLock::acquire(folder_.parent_path() / "locks" / Digest::of(project.native()).hex());
}

std::optional<int> SessionStore::exit_code(const Session& session) const {
  const auto text = read_file(session.folder / "exit", 1_KiB);
  int code = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), code).ec != std::errc())
    return std::nullopt;
  return code;
}

}  // namespace envtool::runtime::service
