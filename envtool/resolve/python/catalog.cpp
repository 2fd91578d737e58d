#include "envtool/resolve/python/catalog.hpp"

#include "envtool/support/parallel.hpp"

namespace envtool::resolve::python {

Catalog::Catalog(net::Client& client, IndexSet indexes, CatalogOptions options)
    : client_(client),
      indexes_(std::move(indexes)),
      options_(std::move(options)),
      cache_(options_.cache),
      stop_with_caller_(options_.stop, [this] { closing_.request_stop(); }),
      pool_(std::max<std::size_t>(2, core_count())) {}

void Catalog::close() {
  closing_.request_stop();
  std::unique_lock hold(mutex_);
  idle_.wait(hold, [this] { return under_way_ == 0; });
}

CatalogCounts Catalog::counts() const {
  std::lock_guard hold(counts_mutex_);
  return counts_;
}

void Catalog::post(std::function<void()> job) {
  {
    std::lock_guard hold(mutex_);
    ++under_way_;
  }
  pool_.post([this, job = std::move(job)] {
    job();
    std::lock_guard hold(mutex_);
    if (--under_way_ == 0) idle_.notify_all();
  });
}

void Catalog::send(net::Request request, std::function<void(Result<net::Response>)> then) {
  {
    std::lock_guard hold(mutex_);
    ++under_way_;
  }
  client_.start(
      std::move(request),
      [this, then = std::move(then)](Result<net::Response> answer) {
        auto shared = std::make_shared<Result<net::Response>>(std::move(answer));
        post([then, shared] { then(std::move(*shared)); });
        std::lock_guard hold(mutex_);
        if (--under_way_ == 0) idle_.notify_all();
      },
      closing_.get_token());
}

void Catalog::want_page(const std::string& name) {
  if (!pages_.claim(name)) return;
  post([this, name] { find_page(name); });
}

Slots<Page>::Answer Catalog::page(const std::string& name) {
  want_page(name);
  return pages_.wait(name, options_.stop);
}

Slots<pep::Metadata>::Answer Catalog::metadata(const File& file) {
  want_metadata(file);
  return metadata_.wait(metadata_key(file), options_.stop);
}

void Catalog::put_metadata(const std::string& key, Slots<pep::Metadata>::Answer answer) {
  metadata_.claim(key);
  metadata_.fill(key, std::move(answer));
}

}  // namespace envtool::resolve::python
