// How an index page comes: from the cache while it is believed, else from the first index that has the name.
#include "envtool/resolve/python/catalog.hpp"
#include "envtool/support/text.hpp"

namespace envtool::resolve::python {
namespace {

/// PEP 691's header: JSON first, HTML from indexes that know only that.
constexpr const char* kAccept =
    "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01";
constexpr ByteCount kPageLimit = 256_MiB;
constexpr const char* kNoIndexHint =
    "open the address in a browser: a network's login page or a proxy may answer instead of the index; else "
    "try again later";

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

struct Catalog::PageFetch {
  std::string name;
  std::vector<const IndexSet::Index*> indexes;
  std::size_t at = 0;
  Url url;
  std::shared_ptr<Page> stale;  ///< cached, to be asked for with its etag
  [[nodiscard]] const IndexSet::Index& index() const { return *indexes[at]; }
};

void Catalog::find_page(const std::string& name) {
  auto fetch = std::make_shared<PageFetch>();
  fetch->name = name;
  fetch->indexes = indexes_.serving(name);
  fetch_page(std::move(fetch));
}

void Catalog::fetch_page(std::shared_ptr<PageFetch> fetch) {
  fetch->url = fetch->index().url;
  fetch->url.path += fetch->name + "/";
  fetch->stale = nullptr;
  if (auto bytes = cache_.page(fetch->url.redacted())) {
    auto page = std::make_shared<Page>();
    if (Page::read(std::move(*bytes), *page)) {
      if (page->fetched <= now() && now() - page->fetched < options_.time_to_live) {
        {
          std::lock_guard hold(counts_mutex_);
          ++counts_.from_cache;
        }
        return finish_page(*fetch, std::move(page));
      }
      if (!page->etag.empty()) fetch->stale = std::move(page);
    }
  }
  net::Request request;
  request.url = fetch->url;
  request.headers.emplace_back("Accept", kAccept);
  if (fetch->stale) request.headers.emplace_back("If-None-Match", fetch->stale->etag);
  request.limit = kPageLimit;
  send(std::move(request),
       [this, fetch](Result<net::Response> answer) { take_page(fetch, std::move(answer)); });
}

void Catalog::take_page(const std::shared_ptr<PageFetch>& fetch, Result<net::Response> answer) {
  if (!answer && answer.error().code == Code::not_found) {
    if (++fetch->at < fetch->indexes.size()) return fetch_page(fetch);
    --fetch->at;
    return finish_page(*fetch, std::make_shared<Page>());
  }
  if (!answer) return fail_page(*fetch, std::move(answer).error());
  std::string bytes;
  const bool unchanged = answer->status == 304 && fetch->stale;
  auto page = unchanged ? Result<std::shared_ptr<Page>>(fetch->stale) : parse_page(*fetch, *answer, bytes);
  if (!page) return fail_page(*fetch, std::move(page).error());
  {
    std::lock_guard hold(counts_mutex_);
    ++counts_.pages;
    counts_.page_bytes += answer->body.size();
  }
  auto shared = std::move(*page);
  finish_page(*fetch, shared);
  pool_.post_later([this, shared, unchanged, key = fetch->url.redacted()] {
    if (!unchanged) return cache_.put_page(key, shared->bytes());
    std::string renewed = shared->bytes();
    const std::int64_t time = now().time_since_epoch().count();
    renewed.replace(sizeof(std::uint32_t), sizeof time, reinterpret_cast<const char*>(&time), sizeof time);
    cache_.put_page(key, renewed);
  });
}

Result<std::shared_ptr<Page>> Catalog::parse_page(const PageFetch& fetch, net::Response& response,
                                                  std::string& bytes) {
  const std::string type = to_lower(response.header("content-type").value_or(""));
  PageWriter writer(fetch.name);
  std::string status;
  std::deque<std::string> keep_alive;
  // Relative links are relative to where the page really was (a mirror may redirect).
  Url base = response.final_url.host.empty() ? fetch.url : response.final_url;
  base.userinfo.clear();  // a login is not part of what the lock says
  auto read = type.find("json") != std::string::npos
                  ? read_json_page(response.body, base, writer, status, keep_alive)
                  : read_html_page(response.body, base, writer, status, keep_alive);
  if (!read) {
    // What a server sent is not what a person wrote: the exit code says whose fault it is.
    Error error = std::move(read).error();
    error.code = Code::network;
    if (error.hints.empty()) error.hints.emplace_back(kNoIndexHint);
    return fail(std::move(error));
  }
  bytes = writer.finish(response.header("etag").value_or(""), status, now());
  auto page = std::make_shared<Page>();
  ENVTOOL_CHECK(Page::read(std::move(bytes), *page));
  return page;
}

void Catalog::finish_page(const PageFetch& fetch, std::shared_ptr<Page> page) {
  page->name = fetch.name;
  page->index = fetch.index().name;
  // PEP 792: files of a quarantined project must not be installed.
  if (page->status == "quarantined") page->releases.clear();
  std::shared_ptr<const Page> shared = std::move(page);
  pages_.fill(fetch.name, shared);
  if (on_page) on_page(shared);
}

void Catalog::fail_page(const PageFetch& fetch, Error error) {
  pages_.fill(fetch.name,
              fail(std::move(error).in("while asking " + fetch.index().name + " for " + fetch.name)));
}

}  // namespace envtool::resolve::python
