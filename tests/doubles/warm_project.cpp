// warm_project run PROJECT STORE LOWER… | start PROJECT STATE LOWER… | stop PID START
// Makes what `envtool run` and `envtool up` leave for the launcher, for tests and benches without an image.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "envtool/support/files.hpp"
#include "runtime/native/engine_plan.hpp"
#include "runtime/native/host_files.hpp"
#include "runtime/native/native_engine.hpp"
#include "runtime/native/warm_plan.hpp"
#include "runtime/native/warm_run.hpp"

namespace {

using namespace envtool;
using namespace envtool::runtime;
namespace fs = std::filesystem;

int complain(const Error& error) {
  std::fprintf(stderr, "%s\n", error.what.c_str());
  for (const auto& hint : error.hints) std::fprintf(stderr, "hint: %s\n", hint.c_str());
  return 1;
}

oci::RuntimeSpec spec_of(const fs::path& project) {
  oci::RuntimeSpec spec;
  spec.process.uid = ::getuid();
  spec.process.gid = ::getgid();
  spec.process.cwd = "/workspace";
  spec.process.env = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/tmp"};
  spec.mounts = native::standard_mounts();
  spec.mounts.push_back({"/workspace", "bind", project.native(), {"rbind"}});
  return spec;
}

int write_run(const fs::path& project, const fs::path& store, const store::Rootfs& rootfs) {
  native::WarmPlan plan;
  plan.version = native::warm_version();
  plan.project = project.native();
  plan.stamps.push_back(native::stamp_of((project / "env.yaml").native()));
  plan.passed = {"TERM", "PASSED"};
  auto launch = native::plan_for(spec_of(project), rootfs, {}, {});
  if (!launch) return complain(launch.error());
  plan.launch = std::move(*launch);
  plan.launch.args.clear();
  const fs::path file = native::run_plan_path(store.native(), project.native());
  if (auto made = make_directories(file.parent_path()); !made) return complain(made.error());
  auto written = write_atomic(file, native::render_warm_plan(plan), 0600, false);
  return written ? 0 : complain(written.error());
}

int start(const fs::path& project, const fs::path& state, const store::Rootfs& rootfs) {
  const fs::path folder = state / "sessions" / "0123456789ab";
  if (auto made = make_directories(folder); !made) return complain(made.error());
  native::NativeEngine engine;
  const auto session = engine.start(spec_of(project), rootfs, {}, folder);
  if (!session) return complain(session.error());
  native::WarmExec exec{project, *session, {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/tmp"}, {"TERM"}};
  if (auto saved = native::save_warm_exec(state, exec); !saved) return complain(saved.error());
  std::printf("%d %llu\n", session->init, static_cast<unsigned long long>(session->init_start_time));
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count == 4 && std::strcmp(words[1], "stop") == 0) {
    const Session session{"0123456789ab", std::atoi(words[2]), std::strtoull(words[3], nullptr, 10), {}};
    const auto stopped = native::NativeEngine().stop(session, 5);
    return stopped ? 0 : complain(stopped.error());
  }
  if (count < 5) return 2;
  store::Rootfs rootfs;
  for (int i = 4; i < count; ++i) rootfs.lowers.emplace_back(words[i]);
  return std::strcmp(words[1], "run") == 0 ? write_run(words[2], words[3], rootfs)
                                           : start(words[2], words[3], rootfs);
}
