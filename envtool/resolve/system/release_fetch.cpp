#include "envtool/resolve/system/release_fetch.hpp"

#include <thread>

#include "envtool/resolve/system/release_cache.hpp"
#include "envtool/resolve/system/signature.hpp"

namespace envtool::resolve::system {
namespace {

std::filesystem::path cache_file(const ArchiveSources& sources, const std::string& url) {
  return sources.cache / "archive" / (Digest::of(url).hex().substr(0, 32) + ".release");
}

Result<net::Response> ask(const std::string& url, const std::optional<CachedRelease>& cached,
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

/// Reads the Release of one part: from the cache while it is young, else from the network.
class ReleaseReader {
 public:
  ReleaseReader(const ArchiveLocation& location, const ArchiveLocation::Part& part,
                const ArchiveSources& sources, Events& events)
      : location_(location),
        part_(part),
        sources_(sources),
        events_(events),
        url_(part.url + "/dists/" + part.suite + "/InRelease"),
        file_(cache_file(sources, url_)),
        now_(now_of(sources)),
        signers_(sources.trusted.empty() ? pinned_signers(location.distribution) : sources.trusted) {}

  Result<std::optional<OpenRelease>> read(bool ask_anew) {
    cached_ = read_cached(file_, signers_);
    if (cached_) {
      if (auto release = read_checked(cached_->text, location_, part_.suite, now_)) {
        known_ = std::move(*release);
      } else {
        cached_.reset();
      }
    }
    const bool young = cached_ && now_ >= cached_->fetched && now_ - cached_->fetched < kReleaseLifetime;
    if (young && !ask_anew) return believed(false);

    std::jthread keys(
        [&] { sources_.keyring->load(location_.distribution); });  // while the Release is on its way
    const auto answer = ask(url_, cached_, sources_);
    keys.join();
    if (!answer) return unanswered(answer.error());
    if (cached_ && answer->status == 304) {
      cached_->fetched = now_;
      write_cached(file_, *cached_);
      return believed(true);
    }
    auto release = accept(*answer);
    if (!release) return fail(refused(std::move(release).error()));
    return release;
  }

 private:
  /// Nobody here wrote what the server sent: the sentence names it, and it is not the caller's error.
  Error refused(Error error) const {
    error.what = url_ + ": " + error.what;
    if (error.code == Code::bad_input) error.code = Code::digest_mismatch;
    if (error.hints.empty())
      error.hints.emplace_back(
          "a login page, a proxy or a mirror may answer instead of the archive: open the address in a "
          "browser, or try from another network");
    return std::move(error).in("while reading " + url_);
  }

  std::optional<OpenRelease> believed(bool asked) {
    return OpenRelease{std::move(known_), cached_->in_release, asked};
  }

  Result<std::optional<OpenRelease>> unanswered(Error error) {
    if (error.code == Code::not_found && !part_.required) {
      const auto sentence = part_.suite + " is not in the archive; going on without it";
      part_.suite.ends_with("-security") ? events_.warn(sentence) : events_.detail(sentence);
      return std::nullopt;
    }
    if (cached_ && error.code == Code::network) {
      events_.warn("cannot reach " + part_.url + "; using the package lists of " + part_.suite +
                   " that were read before");
      return believed(true);
    }
    return fail(std::move(error).in("while reading " + url_));
  }

  Result<std::optional<OpenRelease>> accept(const net::Response& response) {
    ENVTOOL_TRY(auto text, verify_clear_signed(response.body, *sources_.keyring, location_.distribution,
                                               signers_, now_));
    ENVTOOL_TRY(auto release, read_checked(text.text, location_, part_.suite, now_));
    if (cached_ && release.date < known_.date) {
      events_.warn(url_ + " is older than what was read before; keeping the newer one");
      return believed(true);
    }
    const auto in_release = Digest::of(response.body);
    write_cached(file_, {response.header("etag").value_or(""), response.header("last-modified").value_or(""),
                         std::move(text.signer), std::move(text.text), in_release, now_});
    return OpenRelease{std::move(release), in_release, true};
  }

  const ArchiveLocation& location_;
  const ArchiveLocation::Part& part_;
  const ArchiveSources& sources_;
  Events& events_;
  std::string url_;
  std::filesystem::path file_;
  std::chrono::sys_seconds now_;
  std::set<std::string> signers_;
  std::optional<CachedRelease> cached_;
  deb::Release known_;  ///< what the cached one says
};

}  // namespace

std::chrono::sys_seconds now_of(const ArchiveSources& sources) {
  if (sources.now) return sources.now();
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Result<std::optional<OpenRelease>> open_release(const ArchiveLocation& location,
                                                const ArchiveLocation::Part& part,
                                                const ArchiveSources& sources, Events& events,
                                                bool ask_anew) {
  return ReleaseReader(location, part, sources, events).read(ask_anew);
}

}  // namespace envtool::resolve::system
