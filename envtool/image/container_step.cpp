#include "envtool/image/container_step.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "envtool/image/build_stubs.hpp"
#include "envtool/support/env_vars.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"

namespace envtool::image {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// $1… are .debs for dpkg, then "--", then three words for each preinst. dpkg says which script fails and so
// does this.
constexpr const char* kConfigure = R"(
umask 022
while [ "$1" != -- ]; do
  dpkg --force-unsafe-io --force-depends --unpack "$1" || exit
  shift
done
shift
while [ $# -gt 0 ]; do
  DPKG_MAINTSCRIPT_PACKAGE=$1 DPKG_MAINTSCRIPT_ARCH=$2 DPKG_MAINTSCRIPT_NAME=preinst \
    DPKG_MAINTSCRIPT_PACKAGE_REFCOUNT=1 DPKG_ADMINDIR=/var/lib/dpkg DPKG_ROOT= \
    "/var/lib/dpkg/info/$3.preinst" install || { echo "preinst of $1 failed"; exit 1; }
  shift 3
done
exec dpkg --force-unsafe-io --configure -a
)";

std::vector<std::pair<std::string, std::string>> fixed_environment() {
  return {{"PATH", kPath},
          {"HOME", "/root"},
          {"USER", "root"},
          {"LOGNAME", "root"},
          {"SHELL", "/bin/sh"},
          {"TERM", "dumb"},
          {"TZ", "UTC"},
          {"LC_ALL", "C.UTF-8"},
          {"SOURCE_DATE_EPOCH", "315532800"},
          {"PYTHONDONTWRITEBYTECODE", "1"},
          {"PYTHONHASHSEED", "0"},
          {"PERL_HASH_SEED", "0"},
          {"DEBIAN_FRONTEND", "noninteractive"},
          {"DEBIAN_PRIORITY", "critical"},
          {"DEBCONF_NONINTERACTIVE_SEEN", "true"},
          {"DEBCONF_NOWARNINGS", "yes"}};
}

// The end of what a command said: the reason is there.
std::vector<std::string> last_lines(std::string_view output, std::size_t count = 12) {
  std::vector<std::string> lines;
  for (const std::string_view line : split(output, '\n'))
    if (!trim(line).empty()) lines.emplace_back(trim(line));
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  return lines;
}

}  // namespace

ContainerStep::ContainerStep(fs::path temporary, std::vector<fs::path> lowers, MakeContext& context)
    : temporary_(std::move(temporary)), lowers_(std::move(lowers)), context_(context) {}

BuildStep ContainerStep::step() {
  BuildStep step;
  if (lowers_.empty()) {
    step.lower = {temporary_ / "root"};
  } else {
    step.lower = lowers_;
    step.upper = temporary_ / "root";
  }
  step.env = fixed_environment();
  logs_.push_back(temporary_ / ("ownership-" + std::to_string(logs_.size())));
  step.ownership_log = logs_.back();
  return step;
}

// Where the container's file is on the host.
std::optional<fs::path> ContainerStep::find(std::string_view path) const {
  struct stat status {};
  if (::lstat((temporary_ / "root" / path).c_str(), &status) == 0) return temporary_ / "root" / path;
  for (auto lower = lowers_.rbegin(); lower != lowers_.rend(); ++lower)
    if (::lstat((*lower / path).c_str(), &status) == 0) return *lower / path;
  return std::nullopt;
}

// A file of ours over one of the tree's, for the time of the step.
Result<void> ContainerStep::stub(BuildStep& step, std::string_view target, std::string_view text) const {
  return find(target) ? bind_text(step, "/" + std::string(target), text) : Result<void>();
}

Result<void> ContainerStep::bind_text(BuildStep& step, const std::string& target,
                                      std::string_view text) const {
  const fs::path file = temporary_ / ("stub-" + std::to_string(step.binds.size()));
  ENVTOOL_CHECK(write_atomic(file, text, 0755, false));
  if (::chmod(file.c_str(), 0755) != 0) return fail_errno("set mode of", file.native());
  step.binds.push_back({file, target, true});
  return {};
}

Result<void> ContainerStep::configure(std::span<const UnpackedDeb> debs, std::span<const fs::path> files) {
  BuildStep step = this->step();
  // Layers hold no byte code (docs/decisions/base-from-archive.md), and compiling it takes half the time.
  for (const char* program :
       {"usr/bin/py3compile", "usr/bin/pycompile", "usr/bin/py3clean", "usr/bin/pyclean"})
    ENVTOOL_CHECK(stub(step, program, kNothing));
  for (const UnpackedDeb& deb : debs)
    for (const std::string& path : deb.list)
      if (path.starts_with("/usr/lib/python3") && path.ends_with("/py_compile.py"))
        ENVTOOL_CHECK(stub(step, path.substr(1), ""));
  if (const auto original = find("usr/sbin/update-ca-certificates")) {
    step.binds.push_back({*original, "/run/envtool/update-ca-certificates", true});
    ENVTOOL_CHECK(stub(step, "usr/sbin/update-ca-certificates", kUpdateCaCertificates));
  }
  // No service is started in a build (invoke-rc.d(8)).
  ENVTOOL_CHECK(bind_text(step, "/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n"));

  step.argv = {"/bin/sh", "-c", kConfigure, "sh"};
  for (std::size_t i = 0; i < debs.size(); ++i) {
    if (!debs[i].by_dpkg) continue;
    const std::string inside = "/run/envtool/" + debs[i].name + ".deb";
    step.binds.push_back({files[i], inside, true});
    step.argv.push_back(inside);
  }
  step.argv.emplace_back("--");
  std::vector<const UnpackedDeb*> preinsts;
  for (const UnpackedDeb& deb : debs)
    if (!deb.by_dpkg && deb.needs_preinst()) preinsts.push_back(&deb);
  // The users and groups of the base come from base-passwd's.
  std::stable_partition(preinsts.begin(), preinsts.end(),
                        [](const UnpackedDeb* deb) { return deb->name == "base-passwd"; });
  for (const UnpackedDeb* deb : preinsts)
    for (const std::string& word : {deb->name, deb->architecture, deb->info_name()})
      step.argv.push_back(word);
  context_.events.progress({Stage::configure, "configure",
                            "configuring " + std::to_string(debs.size()) + " packages", 0, 0,
                            Progress::Unit::items, false});
  ENVTOOL_TRY(const BuildStepOutcome outcome, context_.executor.run(step));
  context_.events.detail(outcome.output);
  context_.events.progress({Stage::configure, "configure",
                            "configuring " + std::to_string(debs.size()) + " packages", debs.size(),
                            debs.size(), Progress::Unit::items, true});
  if (outcome.exit_code == 0) return {};
  return fail(
      Error{.code = Code::io,
            .what = "a package's script failed (dpkg exits with " + std::to_string(outcome.exit_code) +
                    "): " + join(last_lines(outcome.output), " | "),
            .place = {},
            .chain = {},
            .hints = {"some packages need more than a container without root can give; leave the package "
                      "out of `system`, or start from an image that has it (`base`)"}});
}

Result<void> ContainerStep::shell(const std::string& command) {
  BuildStep step = this->step();
  step.network = true;
  step.cwd = "/root";
  // A name that is there twice means one thing to /bin/sh and another to Python.
  const auto set = [&](const std::string& name, const std::string& value) {
    std::erase_if(step.env, [&](const auto& variable) { return variable.first == name; });
    step.env.emplace_back(name, value);
  };
  set("PATH", context_.scheme.prefix + "/bin:" + kPath);
  set("VIRTUAL_ENV", context_.scheme.prefix);
  for (const auto& [name, value] : context_.env) set(name, value);
  // Of the host, and therefore only for the time of the step; /run is not part of the tree.
  for (const char* name : {"http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy", "HTTP_PROXY",
                           "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"})
    if (auto value = env_vars::get(name)) step.env.emplace_back(name, std::move(*value));
  if (const auto bundle = env_vars::ca_bundle()) {
    constexpr const char* kInside = "/run/envtool/ca-certificates.crt";
    step.binds.push_back({*bundle, kInside, true});
    for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT",
                             "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS"})
      step.env.emplace_back(name, kInside);
  }
  for (const char* path : {"/etc/resolv.conf", "/etc/hosts"}) {
    std::error_code error;
    // On some hosts it is a link into /run, which the container has its own of.
    if (fs::path real = fs::canonical(path, error); !error)
      step.binds.push_back({std::move(real), path, true});
  }
  step.argv = {"/bin/sh", "-ec", "umask 022\n" + command};
  context_.events.progress(
      {Stage::configure, "setup", "setup: " + command, 0, 0, Progress::Unit::items, false});
  ENVTOOL_TRY(const BuildStepOutcome outcome, context_.executor.run(step));
  context_.events.detail(outcome.output);
  context_.events.progress(
      {Stage::configure, "setup", "setup: " + command, 1, 1, Progress::Unit::items, true});
  if (outcome.exit_code == 0) return {};
  return fail(Error{.code = Code::bad_input,
                    .what = "the command `" + command + "` exits with " + std::to_string(outcome.exit_code) +
                            ": " + join(last_lines(outcome.output), " | "),
                    .place = Place{"env.yaml"},
                    .chain = {},
                    .hints = {"correct it under `setup`; `env shell` is a place to try it"}});
}

Result<void> ContainerStep::take_ownership(Attributes& attributes) const {
  for (const fs::path& log : logs_) {
    auto text = read_file(log);
    if (!text && text.error().code == Code::not_found) continue;
    if (!text) return fail(std::move(text).error());
    apply_ownership_log(*text, attributes);
  }
  return {};
}

}  // namespace envtool::image
