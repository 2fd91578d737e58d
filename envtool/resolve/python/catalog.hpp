#pragma once
// Everything that the indexes say, asked for once and shared by all platforms. Asking returns at once; the
// network thread receives, a pool parses, solvers wait for what they need.
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "envtool/formats/pep/metadata.hpp"
#include "envtool/net/client.hpp"
#include "envtool/resolve/python/cache.hpp"
#include "envtool/resolve/python/index_set.hpp"
#include "envtool/resolve/python/page.hpp"
#include "envtool/resolve/python/slots.hpp"
#include "envtool/resolve/python/work_pool.hpp"

namespace envtool::resolve::python {

struct CatalogOptions {
  std::filesystem::path cache;
  std::chrono::seconds time_to_live{600};
  std::stop_token stop;
};

struct CatalogCounts {
  std::size_t pages = 0, page_bytes = 0, metadata = 0, ranges = 0, range_bytes = 0, from_cache = 0;
};

class Catalog {
 public:
  Catalog(net::Client& client, IndexSet indexes, CatalogOptions options);
  ~Catalog() { close(); }
  /// Gives up what is still under way and waits for its end: afterwards no callback is called.
  void close();

  /// Called from a worker when something has come; set before anything is wanted.
  std::function<void(const std::shared_ptr<const Page>&)> on_page;
  std::function<void(const std::string& key, const std::shared_ptr<const pep::Metadata>&)> on_metadata;

  void want_page(const std::string& name);
  /// Waits. A name that no index has is a page without releases. Errors: network, bad_input, cancelled.
  Slots<Page>::Answer page(const std::string& name);
  /// Ask for a page and do not wait: null while it is not here.
  std::shared_ptr<const Page> peek_page(const std::string& name) { return pages_.peek(name); }

  /// `file` is a wheel with a sha256.
  void want_metadata(const File& file);
  /// Waits. Errors: network, bad_input (names the file), digest_mismatch, cancelled.
  Slots<pep::Metadata>::Answer metadata(const File& file);
  /// Metadata that comes from elsewhere (a wheel by URL, a source distribution).
  void put_metadata(const std::string& key, Slots<pep::Metadata>::Answer answer);
  static std::string metadata_key(const File& file) { return file.sha256.hex(); }

  [[nodiscard]] const IndexSet& indexes() const { return indexes_; }
  [[nodiscard]] net::Client& client() { return client_; }
  [[nodiscard]] const Cache& cache() const { return cache_; }
  [[nodiscard]] std::stop_token stop_token() const { return options_.stop; }
  [[nodiscard]] CatalogCounts counts() const;

 private:
  struct PageFetch;
  struct MetadataFetch;
  // catalog_pages.cpp
  void find_page(const std::string& name);
  void fetch_page(std::shared_ptr<PageFetch> fetch);
  void take_page(const std::shared_ptr<PageFetch>& fetch, Result<net::Response> answer);
  Result<std::shared_ptr<Page>> parse_page(const PageFetch& fetch, net::Response& response,
                                           std::string& bytes);
  void finish_page(const PageFetch& fetch, std::shared_ptr<Page> page);
  void fail_page(const PageFetch& fetch, Error error);
  // catalog_metadata.cpp
  void find_metadata(std::shared_ptr<MetadataFetch> fetch);
  void fetch_metadata_file(std::shared_ptr<MetadataFetch> fetch);
  void fetch_range(std::shared_ptr<MetadataFetch> fetch);
  void fetch_whole(std::shared_ptr<MetadataFetch> fetch);
  void finish_metadata(const MetadataFetch& fetch, Result<std::string> text, bool cached);

  /// A request whose answer is taken by the pool.
  void send(net::Request request, std::function<void(Result<net::Response>)> then);
  void post(std::function<void()> job);

  net::Client& client_;
  IndexSet indexes_;
  CatalogOptions options_;
  Cache cache_;
  Slots<Page> pages_;
  Slots<pep::Metadata> metadata_;
  std::stop_source closing_;
  std::stop_callback<std::function<void()>> stop_with_caller_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::size_t under_way_ = 0;
  mutable std::mutex counts_mutex_;
  CatalogCounts counts_;
  WorkPool pool_;  // last: its threads use the rest
};

}  // namespace envtool::resolve::python
