#include "envtool/workflow/tools.hpp"

#include <unistd.h>

#include <array>

#include "envtool/support/env_vars.hpp"
#include "envtool/workflow/installation.hpp"
#include "runtime/native/build_executor.hpp"
#include "runtime/native/native_engine.hpp"

namespace envtool::workflow {
namespace fs = std::filesystem;

fs::path share_folder() {
  std::array<char, 4096> path{};
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
  const fs::path program = length > 0 ? fs::path(std::string(path.data(), static_cast<std::size_t>(length)))
                                      : fs::path("/usr/bin/envtool");
  return program.parent_path().parent_path() / "share" / "envtool";
}

namespace {
fs::path keyrings_folder() {
  if (const auto chosen = env_vars::get(env_vars::kKeyrings)) return *chosen;
  std::error_code error;
  const fs::path own = share_folder() / "keyrings";
  return fs::is_directory(own, error) ? own : fs::path("/usr/share/keyrings");
}
}  // namespace

Tools::Tools(store::Store opened, Events* events)
    : store(std::move(opened)),
      cache(env_vars::cache_dir()),
      state(env_vars::state_dir()),
      keyrings(keyrings_folder()),
      default_index(env_vars::get(env_vars::kIndexUrl).value_or("https://pypi.org/simple")),
      events_(events) {}
Tools::Tools(Tools&&) noexcept = default;
Tools::~Tools() = default;

Result<Tools> Tools::open(Events* events) {
  ENVTOOL_TRY(store::Store store, store::Store::open(env_vars::store_dir()));
  Tools tools(std::move(store), events);
  ENVTOOL_CHECK(make_directories(tools.cache));
  ENVTOOL_CHECK(make_directories(tools.state, 0700));
  return tools;
}

net::Client& Tools::client() {
  if (!client_) client_ = std::make_unique<net::Client>();
  return *client_;
}
void Tools::close_client() { client_.reset(); }

Executor& Tools::executor() {
  if (!executor_) executor_ = std::make_unique<runtime::native::BuildExecutor>(fs::path{}, events_);
  return *executor_;
}

runtime::Engine& Tools::engine(bool process_leaves) {
  if (!engine_)
    engine_ = std::make_unique<runtime::native::NativeEngine>(
        runtime::native::NativeEngine::Options{.scratch = {}, .process_leaves = process_leaves});
  return *engine_;
}

}  // namespace envtool::workflow
