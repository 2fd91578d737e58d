// How METADATA comes: from the cache, else "<url>.metadata" where the index has it (PEP 658), else by byte
// ranges of the wheel, else the whole wheel from servers that know no ranges.
#include "envtool/resolve/python/catalog.hpp"
#include "envtool/resolve/python/remote_zip.hpp"
#include "envtool/resolve/python/sdist_archive.hpp"

namespace envtool::resolve::python {
namespace {

constexpr ByteCount kMetadataLimit = 16_MiB;
/// A server without byte ranges costs the whole wheel; larger ones would be fetched in vain.
constexpr std::uint64_t kWholeLimit = 512ULL << 20;

/// Headers only: descriptions are most of the bytes, and nobody here reads them.
std::string_view headers_of(std::string_view text) {
  const auto unix_end = text.find("\n\n");
  const auto dos_end = text.find("\r\n\r\n");
  return text.substr(0, std::min({unix_end, dos_end, text.size()}));
}

Failure wrong_hash(const std::string& name) {
  return fail(Code::digest_mismatch, name + " is not what the index's hash says",
              "the index or something on the way to it changes files: do not install from it");
}

}  // namespace

struct Catalog::MetadataFetch {
  std::string key;
  std::string name;
  Url url;
  Digest sha256;
  Digest metadata_sha256;
  std::uint64_t size = 0;
  bool has_metadata = false;
  bool wheel = true;
  std::optional<RemoteMetadata> remote;
};

void Catalog::want_metadata(const File& file) {
  const std::string key = metadata_key(file);
  if (!metadata_.claim(key)) return;
  auto fetch = std::make_shared<MetadataFetch>();
  fetch->key = key;
  fetch->name = file.name;
  auto url = Url::parse(file.url);
  if (!url) return metadata_.fill(key, fail(std::move(url).error()));
  fetch->url = std::move(*url);
  fetch->sha256 = file.sha256;
  fetch->metadata_sha256 = file.metadata_sha256;
  fetch->size = file.size;
  fetch->has_metadata = file.has_metadata;
  fetch->wheel = file.wheel;
  post([this, fetch] { find_metadata(fetch); });
}

void Catalog::find_metadata(std::shared_ptr<MetadataFetch> fetch) {
  if (auto text = cache_.metadata(fetch->sha256)) return finish_metadata(*fetch, std::move(*text), true);
  if (fetch->has_metadata) return fetch_metadata_file(std::move(fetch));
  if (!fetch->wheel || fetch->size == 0) return fetch_whole(std::move(fetch));
  fetch->remote.emplace(fetch->name, fetch->size);
  fetch_range(std::move(fetch));
}

void Catalog::fetch_metadata_file(std::shared_ptr<MetadataFetch> fetch) {
  net::Request request;
  request.url = fetch->url;
  request.url.path += ".metadata";
  request.limit = kMetadataLimit;
  send(std::move(request), [this, fetch](Result<net::Response> answer) {
    if (!answer && answer.error().code == Code::not_found) {
      // Advertised and not there (mirrors do that): the wheel has it too.
      fetch->has_metadata = false;
      return find_metadata(fetch);
    }
    if (!answer) return finish_metadata(*fetch, fail(std::move(answer).error()), false);
    if (!fetch->metadata_sha256.empty() && Digest::of(answer->body) != fetch->metadata_sha256)
      return finish_metadata(*fetch,
                             fail(Code::digest_mismatch,
                                  "the metadata of " + fetch->name + " is not what the index's hash says"),
                             false);
    finish_metadata(*fetch, std::move(answer->body), false);
  });
}

void Catalog::fetch_range(std::shared_ptr<MetadataFetch> fetch) {
  net::Request request;
  request.url = fetch->url;
  request.range = fetch->remote->wanted();
  request.limit = ByteCount{request.range->second - request.range->first + 1};
  send(std::move(request), [this, fetch](Result<net::Response> answer) {
    // No ranges, wrong offsets, compressed ranges: the whole file is always right.
    if (!answer && answer.error().code == Code::unsupported) return fetch_whole(fetch);
    if (!answer) return finish_metadata(*fetch, fail(std::move(answer).error()), false);
    {
      std::lock_guard hold(counts_mutex_);
      ++counts_.ranges;
      counts_.range_bytes += answer->body.size();
    }
    if (answer->body.size() == fetch->size && Digest::of(answer->body) != fetch->sha256)
      return finish_metadata(*fetch, wrong_hash(fetch->name), false);
    // A server may answer with another range than it was asked for: shorter, or cut off by a proxy.
    if (answer->body.size() != fetch->remote->wanted().second - fetch->remote->wanted().first + 1)
      return fetch_whole(fetch);
    auto text = fetch->remote->take(std::move(answer->body));
    if (!text) return finish_metadata(*fetch, fail(std::move(text).error()), false);
    if (!*text) return fetch_range(fetch);
    finish_metadata(*fetch, std::move(**text), false);
  });
}

void Catalog::fetch_whole(std::shared_ptr<MetadataFetch> fetch) {
  net::Request request;
  request.url = fetch->url;
  request.limit = ByteCount{fetch->size == 0 ? kWholeLimit : std::min(fetch->size, kWholeLimit)};
  send(std::move(request), [this, fetch](Result<net::Response> answer) {
    if (!answer) return finish_metadata(*fetch, fail(std::move(answer).error()), false);
    if (Digest::of(answer->body) != fetch->sha256)
      return finish_metadata(*fetch, wrong_hash(fetch->name), false);
    finish_metadata(*fetch,
                    fetch->wheel ? RemoteMetadata::of_whole(fetch->name, answer->body)
                                 : static_metadata(fetch->name, answer->body),
                    false);
  });
}

void Catalog::finish_metadata(const MetadataFetch& fetch, Result<std::string> text, bool cached) {
  if (!text) {
    metadata_.fill(fetch.key,
                   fail(std::move(text).error().in("while reading the metadata of " + fetch.name)));
    return;
  }
  auto parsed = pep::Metadata::parse(headers_of(*text));
  if (!parsed) {
    metadata_.fill(fetch.key,
                   fail(std::move(parsed).error().in("while reading the metadata of " + fetch.name)));
    return;
  }
  // A requirement that cannot be read would be left out, and its package be missing at run time.
  for (const auto& defect : parsed->defects) {
    if (defect.field != "Requires-Dist") continue;
    metadata_.fill(fetch.key, fail(Code::bad_input, "the metadata of " + fetch.name + " has Requires-Dist '" +
                                                        defect.value.substr(0, 100) + "': " + defect.reason));
    return;
  }
  auto shared = std::make_shared<const pep::Metadata>(std::move(*parsed));
  metadata_.fill(fetch.key, shared);
  if (on_metadata) on_metadata(fetch.key, shared);
  if (cached) return;
  {
    std::lock_guard hold(counts_mutex_);
    ++counts_.metadata;
  }
  pool_.post_later([this, sha256 = fetch.sha256, kept = std::string(headers_of(*text)) + "\n\n"] {
    cache_.put_metadata(sha256, kept);
  });
}

}  // namespace envtool::resolve::python
