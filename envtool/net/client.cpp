#include "envtool/net/client.hpp"

#include <algorithm>
#include <future>

#include "envtool/net/disk.hpp"
#include "envtool/net/exchange.hpp"
#include "envtool/net/fetch_file.hpp"

namespace envtool::net {

std::optional<std::string> Response::header(std::string_view lower_case_name) const {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const auto& header) { return header.first == lower_case_name; });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

struct Client::Impl {
  explicit Impl(Options given) : options(std::move(given)), multi(options) {}
  Options options;
  Disk disk;    // outlives the network thread, which fills it
  Multi multi;  // its destructor ends every operation
};

Client::Client(Options options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Client::~Client() = default;

void Client::start(Request request, std::function<void(Result<Response>)> done, std::stop_token stop) {
  Impl& impl = *impl_;
  impl.multi.post(
      [&impl, request = std::move(request), done = std::move(done), stop = std::move(stop)]() mutable {
        Exchange::start(impl.multi, impl.options,
                        Call{.request = std::move(request), .range_rule = RangeRule::exact, .on_head = {}},
                        std::move(stop),
                        [done = std::move(done)](Outcome outcome) { done(std::move(outcome.result)); });
      });
}

void Client::start(Download download, std::function<void(Result<void>)> done, std::stop_token stop) {
  Impl& impl = *impl_;
  impl.multi.post(
      [&impl, download = std::move(download), done = std::move(done), stop = std::move(stop)]() mutable {
        FetchFile::start(impl.multi, impl.disk, impl.options, std::move(download), std::move(stop),
                         std::move(done));
      });
}

namespace {
template <class Answer, class Job>
Answer wait_for(Client& client, bool inside, Job job, std::stop_token stop) {
  if (inside) return fail(Code::internal, "the network thread cannot wait for itself");
  std::promise<Answer> promise;
  auto future = promise.get_future();
  client.start(
      std::move(job), [&promise](Answer answer) { promise.set_value(std::move(answer)); }, std::move(stop));
  return future.get();
}
}  // namespace

Result<Response> Client::fetch(Request request, std::stop_token stop) {
  return wait_for<Result<Response>>(*this, impl_->multi.inside(), std::move(request), std::move(stop));
}
Result<void> Client::download(Download download, std::stop_token stop) {
  return wait_for<Result<void>>(*this, impl_->multi.inside(), std::move(download), std::move(stop));
}

}  // namespace envtool::net
