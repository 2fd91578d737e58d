#include "runtime/native/warm_run.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>

#include "envtool/support/process.hpp"
#include "envtool/support/unique_fd.hpp"
#include "runtime/native/join.hpp"
#include "runtime/native/kernel.hpp"
#include "runtime/native/launch.hpp"
#include "runtime/native/plan_bytes.hpp"

namespace envtool::runtime::native {
namespace {

constexpr std::string_view kMagic = "envtool-plan";
constexpr std::size_t kFileLimit = 4 << 20;

std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; }

std::optional<std::string> read_small(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  // Only what the user wrote himself is executed.
  if (!fd || ::fstat(fd.get(), &status) != 0 || status.st_uid != ::getuid() ||
      static_cast<std::size_t>(status.st_size) > kFileLimit)
    return std::nullopt;
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  if (::read(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) return std::nullopt;
  return text;
}

/// FNV-1a of 64 bits.
std::uint64_t hash(std::string_view text, std::uint64_t basis) {
  for (const char c : text) basis = (basis ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return basis;
}

}  // namespace

template <class Archive>
void fields(Archive& archive, Stamp& stamp) {
  archive(stamp.path, stamp.device, stamp.inode, stamp.size, stamp.modified, stamp.changed);
}
template <class Archive>
void fields(Archive& archive, WarmPlan& plan) {
  archive(plan.version, plan.project, plan.stamps, plan.init, plan.init_start_time, plan.passed, plan.launch);
}

std::string warm_version() { return std::string(kMagic) + " 1 " + ENVTOOL_VERSION; }

Stamp stamp_of(const std::string& path) {
  Stamp stamp;
  stamp.path = path;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return stamp;
  stamp.device = status.st_dev;
  stamp.inode = status.st_ino;
  stamp.size = static_cast<std::uint64_t>(status.st_size);
  stamp.modified = nanoseconds(status.st_mtim);
  stamp.changed = nanoseconds(status.st_ctim);
  return stamp;
}

std::string render_warm_plan(const WarmPlan& plan) {
  PlanWriter writer;
  fields(writer, const_cast<WarmPlan&>(plan));
  return writer.take();
}

std::optional<WarmPlan> parse_warm_plan(std::string_view bytes) {
  std::optional<WarmPlan> plan(std::in_place);
  PlanReader reader(bytes);
  fields(reader, *plan);
  if (!reader.whole() || plan->version != warm_version()) return std::nullopt;
  return plan;
}

std::string warm_key(std::string_view project) {
  char text[65];
  std::uint64_t value = 0xcbf29ce484222325ULL;
  for (int part = 0; part < 4; ++part) {
    value = hash(project, value + static_cast<std::uint64_t>(part));
    std::snprintf(text + 16 * part, 17, "%016llx", static_cast<unsigned long long>(value));
  }
  return text;
}

std::string run_plan_path(const std::string& store, std::string_view project) {
  return store + "/plans/" + warm_key(project) + ".json";
}
std::string exec_plan_path(const std::string& state, std::string_view project) {
  return state + "/exec/" + warm_key(project);
}

std::optional<WarmPlan> load_warm_plan(const std::string& file, std::string_view project) {
  const auto bytes = read_small(file);
  if (!bytes) return std::nullopt;
  auto plan = parse_warm_plan(*bytes);
  if (!plan || plan->project != project) return std::nullopt;
  for (const Stamp& stamp : plan->stamps)
    if (stamp_of(stamp.path) != stamp) return std::nullopt;
  return plan;
}

void fill_in(WarmPlan& plan, std::vector<std::string> args, std::string_view caller_folder, bool terminal) {
  LaunchPlan& launch = plan.launch;
  launch.args = std::move(args);
  launch.terminal = terminal;
  if (caller_folder.starts_with(plan.project) && caller_folder.size() > plan.project.size()) {
    caller_folder.remove_prefix(plan.project.size());
    if (caller_folder.front() == '/') launch.cwd += caller_folder;
  }
  for (const std::string& name : plan.passed) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) continue;
    std::string variable = name + "=";
    std::erase_if(launch.env, [&](const std::string& one) { return one.starts_with(variable); });
    launch.env.push_back(variable + value);
  }
}

Result<int> warm_run(const WarmPlan& plan) {
  const BlockedSignals signals;
  ENVTOOL_TRY(Running running, launch(plan.launch, {}, signals));
  WatchOptions watching;
  watching.leave_early = plan.launch.upper.empty();
  watching.release_streams = true;
  return watch(running, plan.launch, std::move(watching));
}

Result<int> warm_exec(const WarmPlan& plan) {
  const UniqueFd init(pidfd_open(plan.init));
  if (!init || process_start_time(plan.init) != plan.init_start_time)
    return fail(Code::not_found, "the session is not running any more");
  const BlockedSignals signals;
  ENVTOOL_TRY(Running running, join(init.get(), plan.init, plan.launch, {}, signals));
  WatchOptions watching;
  watching.leave_early = true;
  watching.release_streams = true;
  return watch(running, plan.launch, std::move(watching));
}

}  // namespace envtool::runtime::native
