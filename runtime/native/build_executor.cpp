#include "runtime/native/build_executor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cerrno>
#include <optional>

#include "envtool/support/files.hpp"
#include "envtool/support/unique_fd.hpp"
#include "runtime/native/compile.hpp"
#include "runtime/native/host_files.hpp"
#include "runtime/native/launch.hpp"
#include "runtime/native/ownership.hpp"
#include "runtime/native/probe.hpp"
#include "runtime/native/scratch.hpp"

namespace envtool::runtime::native {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kOutputLimit = 1 << 20;

/// The last megabyte of what was written.
class OutputTail {
 public:
  void append(const char* bytes, std::size_t size) {
    text_.append(bytes, size);
    if (text_.size() > 2 * kOutputLimit) text_.erase(0, text_.size() - kOutputLimit);
  }
  std::string take() {
    if (text_.size() > kOutputLimit) text_.erase(0, text_.size() - kOutputLimit);
    return std::move(text_);
  }
  /// False at the end, or when there is nothing now.
  bool read_from(int fd) {
    char chunk[65536];
    const ssize_t size = ::read(fd, chunk, sizeof chunk);
    if (size > 0) append(chunk, static_cast<std::size_t>(size));
    return size > 0;
  }

 private:
  std::string text_;
};

Result<LaunchPlan> plan_for(const BuildStep& step, const fs::path& scratch) {
  LaunchPlan plan;
  plan.keep_capabilities = true;  // uid and gid 0
  plan.filter = Filter::build;
  plan.own_network = !step.network;
  plan.scratch = scratch;
  plan.hostname = "build";
  for (const auto& lower : step.lower) plan.lowers.push_back(fs::absolute(lower).native());
  if (plan.lowers.empty() || (!step.upper && plan.lowers.size() != 1))
    return fail(Code::internal, "a build step without `upper` needs exactly one tree to write to");
  if (step.upper) {
    plan.upper = fs::absolute(*step.upper).native();
    plan.work = plan.upper + ".work";
    plan.volatile_upper = true;  // the store decides what is kept, after the step
    ENVTOOL_CHECK(make_directories(plan.upper));
    ENVTOOL_CHECK(make_directories(plan.work));
  } else {
    plan.in_place = true;
  }
  for (auto& mount : standard_mounts()) {
    if (mount.type == "sysfs" && !plan.own_network) mount.type = "bind", mount.source = "/sys";
    ENVTOOL_TRY(auto entry, compile_mount(mount, plan.own_network));
    plan.mounts.push_back(std::move(entry));
  }
  for (const char* folder : {"run", "tmp"}) {
    MountEntry entry;
    entry.kind = MountEntry::Kind::tmpfs;
    entry.target = folder;
    entry.attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    entry.options = {{"mode", folder[0] == 't' ? "1777" : "0755"}};
    plan.mounts.push_back(std::move(entry));
  }
  for (const auto& bind : step.binds) {
    oci::RuntimeMount mount{bind.target.native(), "bind", fs::absolute(bind.source).native(), {"rbind"}};
    if (bind.read_only) mount.options.emplace_back("ro");
    ENVTOOL_TRY(auto entry, compile_mount(mount, plan.own_network));
    plan.mounts.push_back(std::move(entry));
  }
  plan.args = step.argv;
  for (const auto& [name, value] : step.env) plan.env.push_back(name + "=" + value);
  plan.cwd = step.cwd.native();
  return plan;
}

Result<UniqueFd> stdin_of(const BuildStep& step) {
  // In memory, so that neither side can wait for the other.
  UniqueFd fd(::memfd_create("stdin", MFD_CLOEXEC));
  if (!fd) return fail_errno("make a file in memory for", "standard input");
  ENVTOOL_CHECK(write_all(fd.get(), step.stdin_bytes, "standard input"));
  ::lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

/// Mount points that the step's binds made in the tree would become part of the layer.
class MountPoints {
 public:
  MountPoints(const BuildStep& step, const LaunchPlan& plan)
      : written_(step.upper ? fs::path(plan.upper) : fs::path(plan.lowers.front())) {
    for (const auto& mount : plan.mounts) {
      fs::path below = mount.target;
      for (; !below.empty(); below = below.parent_path())
        if (!exists(plan, below)) made_.push_back(below);
    }
  }
  void remove() const {
    for (const auto& path : made_) {
      const fs::path whole = written_ / path;
      struct stat status {};
      if (::lstat(whole.c_str(), &status) != 0) continue;
      if (S_ISDIR(status.st_mode)) {
        ::rmdir(whole.c_str());  // one that has content by now stays
      } else if (S_ISREG(status.st_mode) && status.st_size == 0) {
        ::unlink(whole.c_str());
      }
    }
  }

 private:
  [[nodiscard]] bool exists(const LaunchPlan& plan, const fs::path& path) const {
    struct stat status {};
    for (const auto& lower : plan.lowers)
      if (::lstat((fs::path(lower) / path).c_str(), &status) == 0) return true;
    return ::lstat((written_ / path).c_str(), &status) == 0;
  }
  fs::path written_;
  std::vector<fs::path> made_;  ///< deepest first
};

Result<BuildStepOutcome> execute_step(const BuildStep& step, const LaunchPlan& plan, Events* events) {
  ENVTOOL_TRY(const UniqueFd input, stdin_of(step));
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno("make a pipe for", "the step's output");
  const UniqueFd output(ends[0]);
  UniqueFd output_end(ends[1]);
  const BlockedSignals signals;
  LaunchOptions how;
  how.streams[0] = input.get();
  how.streams[1] = how.streams[2] = output_end.get();
  // Ctrl-C is ours to answer when we are told of it: else dpkg would die of it first and look like a failed
  // step.
  const std::stop_token stop = events != nullptr ? events->stop_token() : std::stop_token();
  how.own_session = stop.stop_possible();
  how.record_ownership = step.ownership_log.has_value();
  ENVTOOL_TRY(Running running, launch(plan, how, signals));
  output_end.reset();
  OutputTail tail;
  OwnershipRecorder recorder(plan.in_place ? plan.lowers.front() : plan.upper);
  WatchOptions watching;
  watching.stop = stop;
  watching.watches.push_back({output.get(), POLLIN, [&] { return tail.read_from(output.get()); }});
  UniqueFd listener;
  watching.on_listener = [&](UniqueFd fd) {
    listener = std::move(fd);
    return Watch{listener.get(), POLLIN, [&] { return recorder.serve(listener.get()); }};
  };
  ENVTOOL_TRY(const int code, watch(running, plan, std::move(watching)));
  while (tail.read_from(output.get())) {
  }
  if (step.ownership_log) ENVTOOL_CHECK(write_atomic(*step.ownership_log, recorder.render(), 0644, false));
  return BuildStepOutcome{code, tail.take()};
}

}  // namespace

Result<BuildStepOutcome> BuildExecutor::run(const BuildStep& step) {
  ENVTOOL_TRY(const fs::path scratch, scratch_folder(scratch_));
  ENVTOOL_TRY(const LaunchPlan plan, plan_for(step, scratch));
  const MountPoints mount_points(step, plan);
  auto outcome = execute_step(step, plan, events_);
  mount_points.remove();
  if (!plan.work.empty()) {
    if (auto removed = remove_tree(plan.work); !removed && outcome) return fail(std::move(removed).error());
  }
  if (!outcome) return fail(explain(std::move(outcome).error()));
  return outcome;
}

}  // namespace envtool::runtime::native
