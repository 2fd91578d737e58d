#pragma once
// A made-up archive in memory, signed by a key that is made for the test run.
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "envtool/resolve/system/system.hpp"

namespace envtool::doubles {

/// An OpenPGP key pair. Making one takes a while, so tests share `test_key()`.
class SigningKey {
 public:
  explicit SigningKey(const std::string& name);
  ~SigningKey();
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  [[nodiscard]] std::string clear_sign(const std::string& text) const;
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }
  void write_public(const std::filesystem::path& file) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string fingerprint_;
};
const SigningKey& test_key();
const SigningKey& stranger_key();

std::string gzip(const std::string& text);
std::string xz(const std::string& text);

/// One paragraph of a package list; `fields` are whole lines.
std::string package(const std::string& name, const std::string& version, const std::string& fields = "",
                    const std::string& architecture = "amd64");

/// What `dists/` of an archive root has, and a Fetch over it that counts.
class FakeArchive {
 public:
  struct Options {
    std::string date = "Mon, 23 Nov 2026 10:00:00 UTC";
    std::string valid_until = {};
    std::string codename = {};        ///< default: the suite
    const SigningKey* key = nullptr;  ///< default: test_key()
    bool by_hash = true;
    bool use_xz = false;
  };
  /// Publish a suite with one component and architecture.
  void publish(const std::string& root, const std::string& suite, const std::string& packages,
               const Options& options, const std::string& component = "main",
               const std::string& architecture = "amd64");
  void publish(const std::string& root, const std::string& suite, const std::string& packages) {
    publish(root, suite, packages, Options{});
  }

  [[nodiscard]] resolve::system::Fetch fetch();
  [[nodiscard]] std::vector<std::string> requests() const;
  void forget_requests();

  std::map<std::string, std::string> files;     ///< url → bytes; change them to do harm
  std::map<std::string, net::Headers> headers;  ///< url → headers of its answer
  bool offline = false;
  int breaks = 0;  ///< so many lists break off in the middle

 private:
  Result<net::Response> answer(const net::Request& request);
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
};

/// A folder that is removed.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path path;
};

/// Day the tests run on: 2026-11-24 12:00 UTC.
std::chrono::sys_seconds test_day();

/// Sources over the archive with test_key() trusted, its cache and keyring in `folder`.
resolve::system::ArchiveSources sources_of(FakeArchive& archive, const std::filesystem::path& folder);

/// Keeps what was said.
class RecordingEvents : public Events {
 public:
  void progress(const Progress&) override {}
  void warn(std::string_view sentence) override { add(warnings, sentence); }
  void note(std::string_view sentence) override { add(notes, sentence); }
  void detail(std::string_view sentence) override { add(details, sentence); }
  std::vector<std::string> warnings, notes, details;

 private:
  void add(std::vector<std::string>& list, std::string_view sentence) {
    const std::lock_guard lock(mutex_);
    list.emplace_back(sentence);
  }
  std::mutex mutex_;
};

}  // namespace envtool::doubles
