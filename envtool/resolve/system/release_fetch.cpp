#include "envtool/resolve/system/release_fetch.hpp"

#include <charconv>
#include <thread>

#include "envtool/formats/deb/control.hpp"
#include "envtool/resolve/system/signature.hpp"
#include "envtool/support/files.hpp"

namespace envtool::resolve::system {
namespace {

/// A verified Release as the cache keeps it: a paragraph about it, an empty line, the text that was signed.
struct Cached {
  std::string etag, last_modified, signer, text;
  Digest in_release;
  std::chrono::sys_seconds fetched{};
};

std::filesystem::path cache_file(const ArchiveSources& sources, const std::string& url) {
  return sources.cache / "archive" / (Digest::of(url).hex().substr(0, 32) + ".release");
}

std::optional<Cached> read_cached(const std::filesystem::path& path, const std::set<std::string>& signers) {
  const auto bytes = read_file(path, 16_MiB);
  if (!bytes) return std::nullopt;
  const auto end = bytes->find("\n\n");
  if (end == std::string::npos) return std::nullopt;
  const auto head = deb::parse_control(std::string_view(*bytes).substr(0, end));
  if (!head || head->size() != 1) return std::nullopt;
  const auto& fields = head->front();
  Cached cached;
  cached.text = bytes->substr(end + 2);
  const auto digest = Digest::parse(fields.get("In-Release"));
  const auto text_digest = Digest::parse(fields.get("Text"));
  if (!digest || !text_digest || *text_digest != Digest::of(cached.text)) return std::nullopt;
  cached.in_release = *digest;
  cached.etag = fields.get("ETag");
  cached.last_modified = fields.get("Last-Modified");
  cached.signer = fields.get("Signer");
  if (!signers.contains(cached.signer)) return std::nullopt;
  const auto fetched = fields.get("Fetched");
  std::int64_t seconds = 0;
  std::from_chars(fetched.data(), fetched.data() + fetched.size(), seconds);
  cached.fetched = std::chrono::sys_seconds(std::chrono::seconds(seconds));
  return cached;
}

void write_cached(const std::filesystem::path& path, const Cached& cached) {
  const auto line = [](std::string_view name, std::string_view value) {
    const bool one_line = value.find_first_of("\r\n") == std::string_view::npos;
    return value.empty() || !one_line ? std::string{} : std::string(name) + ": " + std::string(value) + "\n";
  };
  const auto head = line("In-Release", cached.in_release.hex()) +
                    line("Text", Digest::of(cached.text).hex()) + line("Signer", cached.signer) +
                    line("ETag", cached.etag) + line("Last-Modified", cached.last_modified) +
                    line("Fetched", std::to_string(cached.fetched.time_since_epoch().count()));
  // A cache that cannot be written costs time, not the result.
  if (make_directories(path.parent_path())) (void)write_atomic(path, head + "\n" + cached.text, 0644, false);
}

Result<net::Response> ask(const std::string& url, const std::optional<Cached>& cached,
                          const ArchiveSources& sources) {
  net::Request request;
  ENVTOOL_TRY(request.url, Url::parse(url));
  request.limit = 16_MiB;
  if (cached && !cached->etag.empty()) request.headers.emplace_back("if-none-match", cached->etag);
  if (cached && cached->etag.empty() && !cached->last_modified.empty()) {
    request.headers.emplace_back("if-modified-since", cached->last_modified);
  }
  return sources.fetch(std::move(request));
}

/// Debian's parts have a codename each, Ubuntu's share one and differ by suite.
Result<void> check_suite(const deb::Release& release, const ArchiveLocation& location,
                         const std::string& suite) {
  const bool debian = location.distribution == Distribution::debian;
  const auto& said = debian ? release.codename : release.suite;
  if (said == suite) return {};
  return fail(Code::bad_input, "it is the Release of '" + said + "', not of " + suite);
}

Result<void> check_expiry(const deb::Release& release, std::chrono::sys_seconds now) {
  if (!release.valid_until || now <= *release.valid_until) return {};
  const auto days = std::chrono::duration_cast<std::chrono::hours>(now - *release.valid_until).count() / 24;
  return fail(Code::bad_input, "it expired " + std::to_string(days) + " days ago",
              "a mirror or proxy serves an old copy, or this machine's clock is wrong");
}

Result<deb::Release> read_checked(const std::string& text, const ArchiveLocation& location,
                                  const std::string& suite, std::chrono::sys_seconds now) {
  ENVTOOL_TRY(auto release, deb::parse_release(text));
  ENVTOOL_CHECK(check_suite(release, location, suite));
  ENVTOOL_CHECK(check_expiry(release, now));
  return release;
}

struct Answering {
  const ArchiveSources& sources;
  Distribution distribution;
  std::set<std::string> signers;
  std::chrono::sys_seconds now;
};

Result<Cached> verified(const net::Response& response, const Answering& answering) {
  ENVTOOL_TRY(auto text, verify_clear_signed(response.body, *answering.sources.keyring,
                                             answering.distribution, answering.signers, answering.now));
  Cached fresh;
  fresh.text = std::move(text.text);
  fresh.signer = std::move(text.signer);
  fresh.in_release = Digest::of(response.body);
  for (const auto& [name, value] : response.headers) {
    if (name == "etag") fresh.etag = value;
    if (name == "last-modified") fresh.last_modified = value;
  }
  return fresh;
}

}  // namespace

std::chrono::sys_seconds now_of(const ArchiveSources& sources) {
  if (sources.now) return sources.now();
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Result<std::optional<OpenRelease>> open_release(const ArchiveLocation& location,
                                                const ArchiveLocation::Part& part,
                                                const ArchiveSources& sources, Events& events,
                                                bool ask_anew) {
  const auto url = part.url + "/dists/" + part.suite + "/InRelease";
  const auto chained = [&](Error error) { return fail(std::move(error).in("while reading " + url)); };
  const auto now = now_of(sources);
  const Answering answering{sources, location.distribution,
                            sources.trusted.empty() ? pinned_signers(location.distribution) : sources.trusted,
                            now};
  const auto file = cache_file(sources, url);
  auto cached = read_cached(file, answering.signers);
  auto known = cached ? read_checked(cached->text, location, part.suite, now)
                      : Result<deb::Release>(fail(Code::not_found, ""));
  if (!known) cached.reset();
  if (cached && !ask_anew && now >= cached->fetched && now - cached->fetched < kReleaseLifetime) {
    return OpenRelease{std::move(*known), cached->in_release, false};
  }

  std::jthread keys([&] { sources.keyring->load(location.distribution); });
  const auto answer = ask(url, cached, sources);
  keys.join();
  if (!answer) {
    if (answer.error().code == Code::not_found && !part.required) {
      events.detail(part.suite + " is not in the archive; going on without it");
      return std::nullopt;
    }
    if (cached && answer.error().code == Code::network) {
      events.warn("cannot reach " + part.url + "; using the package lists of " + part.suite +
                  " that were read before");
      return OpenRelease{std::move(*known), cached->in_release, true};
    }
    return chained(answer.error());
  }
  if (cached && answer->status == 304) {
    cached->fetched = now;
    write_cached(file, *cached);
    return OpenRelease{std::move(*known), cached->in_release, true};
  }
  auto fresh = verified(*answer, answering);
  if (!fresh) return chained(std::move(fresh).error());
  auto release = read_checked(fresh->text, location, part.suite, now);
  if (!release) return chained(std::move(release).error());
  if (cached && release->date < known->date) {
    events.warn(url + " is older than what was read before; keeping the newer one");
    return OpenRelease{std::move(*known), cached->in_release, true};
  }
  fresh->fetched = now;
  write_cached(file, *fresh);
  return OpenRelease{std::move(*release), fresh->in_release, true};
}

}  // namespace envtool::resolve::system
