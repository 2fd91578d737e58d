#include <fmt/format.h>
#include <sys/statvfs.h>

#include "envtool/support/env_vars.hpp"
#include "envtool/support/files.hpp"
#include "envtool/workflow/workflow.hpp"
#include "runtime/native/probe.hpp"

namespace envtool::workflow {
namespace fs = std::filesystem;
namespace {

Finding store_finding() {
  const fs::path folder = env_vars::store_dir();
  Finding finding{.name = "store", .ok = false, .needed = true, .sentence = {}, .fix = {}};
  if (auto made = make_directories(folder, 0700); !made) {
    finding.sentence = made.error().what;
    finding.fix = "export ENVTOOL_STORE=/a/folder/you/may/write";
    return finding;
  }
  struct statvfs status {};
  ::statvfs(folder.c_str(), &status);
  const ByteCount available{static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize};
  finding.ok = available.value > (2ULL << 30);
  finding.sentence = fmt::format("{} has {} free", folder.native(), render(available));
  if (!finding.ok) finding.fix = "env gc";
  return finding;
}

Finding ca_finding() {
  Finding finding{.name = "certificates",
                  .ok = true,
                  .needed = true,
                  .sentence = "the system's certificate authorities are used",
                  .fix = {}};
  if (const auto bundle = env_vars::ca_bundle()) {
    std::error_code error;
    finding.ok = fs::exists(*bundle, error);
    finding.sentence = fmt::format("{} is {}", bundle->native(),
                                   finding.ok ? "used, here and in containers"
                                              : "named by CURL_CA_BUNDLE or SSL_CERT_FILE, and is not there");
    if (!finding.ok) finding.fix = "unset CURL_CA_BUNDLE SSL_CERT_FILE, or let them name your site's CA file";
  }
  return finding;
}

}  // namespace

std::vector<Finding> doctor() {
  std::vector<Finding> out;
  for (auto& found : runtime::native::probe()) {
    out.push_back({.name = std::move(found.name),
                   .ok = found.ok,
                   .needed = found.required,
                   .sentence = std::move(found.sentence),
                   .fix = std::move(found.fix)});
  }
  out.push_back(store_finding());
  out.push_back(ca_finding());
  return out;
}

}  // namespace envtool::workflow
