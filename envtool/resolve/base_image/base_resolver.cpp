#include <future>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "envtool/resolve/base_image/archive_base.hpp"
#include "envtool/resolve/base_image/base_image.hpp"
#include "envtool/resolve/base_image/layout_base.hpp"

namespace envtool::resolve::base_image {
namespace {

/// One platform's answers, each waited for by anyone any number of times.
struct Answers {
  Platform platform;
  std::promise<Result<project::LockedPython>> python_promise;
  std::promise<Result<BaseSolution>> solution_promise;
  std::shared_future<Result<project::LockedPython>> python = python_promise.get_future().share();
  std::shared_future<Result<BaseSolution>> solution = solution_promise.get_future().share();
};

}  // namespace

struct BaseResolver::Impl {
  const project::EnvYaml& yaml;
  const project::Lock* previous;
  const Upgrade& upgrade;
  Sources& sources;
  Events& events;
  std::vector<std::unique_ptr<Answers>> answers;
  std::shared_ptr<system::Keyring> keyring;
  std::stop_source stop;
  /// Ctrl-C stops the requests under way, not only the next ones.
  std::optional<std::stop_callback<std::function<void()>>> interrupted;
  std::vector<std::jthread> threads;  // last: joined before the rest goes

  Result<BaseSolution> solve(const Platform& platform, const std::function<void(project::LockedPython)>& tell,
                             std::optional<system::Archive>& kept) {
    ENVTOOL_TRY(const auto base, choose_base(yaml));
    if (const auto* reference = std::get_if<project::BaseFromReference>(&base)) {
      return fail(Error{
          .code = Code::unsupported,
          .what = "base '" + reference->reference + "' is an image in a registry, which is not read yet",
          .place = yaml.base_place,
          .chain = {},
          .hints = {"use base: {debian: bookworm}, {ubuntu: noble} or {oci: PATH}, or leave 'base' out"}});
    }
    if (const auto* layout = std::get_if<project::BaseFromLayout>(&base)) {
      ENVTOOL_TRY(auto solution, resolve_layout_base(yaml, *layout, platform, sources.project));
      tell(solution.python);
      return solution;
    }
    system::ArchiveSources archive{.fetch =
                                       [this](net::Request request) {
                                         return sources.client.fetch(std::move(request), stop.get_token());
                                       },
                                   .cache = sources.cache,
                                   .keyring = keyring,
                                   .trusted = {},
                                   .now = {},
                                   .stop = stop.get_token()};
    const ArchiveBaseRequest request{yaml, std::get<project::BaseFromArchive>(base), platform,
                                     previous == nullptr ? nullptr : previous->find(platform), upgrade};
    return resolve_archive_base(request, archive, events, tell, kept);
  }

  void run(Answers& one) {
    bool told = false;
    std::optional<system::Archive> kept;
    auto solution = solve(
        one.platform,
        [&](project::LockedPython python) {
          one.python_promise.set_value(std::move(python));
          told = true;
        },
        kept);
    if (!solution) {
      solution.error().chain.push_back("while resolving the base of " + one.platform.str());
    }
    if (!told) {
      one.python_promise.set_value(solution ? Result<project::LockedPython>(solution->python)
                                            : Result<project::LockedPython>(Failure(solution.error())));
    }
    one.solution_promise.set_value(std::move(solution));
  }

  const Answers* find(const Platform& platform) const {
    for (const auto& one : answers) {
      if (one->platform == platform) return one.get();
    }
    return nullptr;
  }
};

BaseResolver::BaseResolver(const project::EnvYaml& yaml, std::span<const Platform> platforms,
                           const project::Lock* previous, const Upgrade& upgrade, Sources& sources,
                           Events& events)
    : impl_(new Impl{yaml,
                     previous,
                     upgrade,
                     sources,
                     events,
                     {},
                     std::make_shared<system::Keyring>(sources.keyrings),
                     {},
                     {},
                     {}}) {
  impl_->interrupted.emplace(events.stop_token(), [impl = impl_.get()] { impl->stop.request_stop(); });
  for (const auto& platform : platforms) {
    impl_->answers.push_back(std::make_unique<Answers>());
    impl_->answers.back()->platform = platform;
  }
  for (const auto& one : impl_->answers) {
    impl_->threads.emplace_back([impl = impl_.get(), answers = one.get()] { impl->run(*answers); });
  }
}

BaseResolver::~BaseResolver() { impl_->stop.request_stop(); }

Result<project::LockedPython> BaseResolver::python(const Platform& platform) const {
  const auto* one = impl_->find(platform);
  if (one == nullptr) return fail(Code::internal, "no base is resolved for " + platform.str());
  return one->python.get();
}

Result<BaseSolution> BaseResolver::solution(const Platform& platform) const {
  const auto* one = impl_->find(platform);
  if (one == nullptr) return fail(Code::internal, "no base is resolved for " + platform.str());
  return one->solution.get();
}

}  // namespace envtool::resolve::base_image
