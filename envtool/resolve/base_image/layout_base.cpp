#include "envtool/resolve/base_image/layout_base.hpp"

#include <algorithm>

#include "envtool/resolve/base_image/layer_scan.hpp"
#include "envtool/resolve/base_image/layout_manifest.hpp"
#include "envtool/resolve/base_image/suites.hpp"
#include "envtool/support/text.hpp"

namespace envtool::resolve::base_image {
namespace {

std::string variable(const project::LockedOciBase& base, const std::string& name) {
  std::string value;
  for (const auto& entry : base.env) {
    if (entry.starts_with(name + "=")) value = entry.substr(name.size() + 1);
  }
  return value;
}

/// The interpreter that PATH finds first; of one folder the newest, unless a minor version is asked for.
std::string find_interpreter(const LayerScan& scan, const std::string& search_path,
                             const std::string& minor) {
  for (const auto folder : split(search_path, ':')) {
    auto where = trim(folder);
    if (!where.starts_with('/')) continue;
    while (where.ends_with('/')) where.remove_suffix(1);
    const auto prefix = std::string(where.empty() ? where : where.substr(1)) + "/python3.";
    int newest = -1;
    for (const auto& python : scan.pythons()) {
      if (!python.starts_with(prefix)) continue;
      const auto rest = python.substr(prefix.size());
      if (rest.size() < 5 && (minor.empty() || "3." + rest == minor))
        newest = std::max(newest, std::stoi(rest));
    }
    if (newest >= 0) return prefix + std::to_string(newest);
  }
  return {};
}

std::string found_pythons(const LayerScan& scan) {
  std::vector<std::string> texts;
  for (const auto& python : scan.pythons()) texts.push_back("/" + python);
  return texts.empty() ? std::string("no Python") : enumerate(texts);
}

Result<project::LockedPython> find_python(const project::LockedOciBase& image, const LayerScan& scan,
                                          const project::EnvYaml& yaml, const std::string& name) {
  std::optional<AskedPython> asked;
  if (yaml.python) {
    ENVTOOL_TRY(asked, parse_python(*yaml.python));
  }
  auto search_path = variable(image, "PATH");
  if (search_path.empty()) search_path = "/usr/local/bin:/usr/bin:/bin";
  const auto minor = asked ? asked->minor : std::string{};
  const auto interpreter = find_interpreter(scan, search_path, minor);
  if (interpreter.empty()) {
    return fail(Error{.code = Code::bad_input,
                      .what = "base " + name + " has no Python" + (minor.empty() ? minor : " " + minor) +
                              " on its PATH; it has " + found_pythons(scan),
                      .place = yaml.python ? yaml.python->place : yaml.base_place,
                      .chain = {},
                      .hints = {"write the version it has under 'python', or use another base"}});
  }
  project::LockedPython python;
  python.executable = "/" + interpreter;
  python.version = scan.version_of(interpreter);
  const auto told = variable(image, "PYTHON_VERSION");  // the python images of Docker Hub
  const auto own_minor = interpreter.substr(interpreter.rfind("python") + 6);
  if (python.version.empty() && told.starts_with(own_minor + ".")) python.version = told;
  if (python.version.empty()) {
    return fail(Code::bad_input, "base " + name + ": nothing tells the full version of " + python.executable,
                "add its patchlevel.h, or set PYTHON_VERSION in the image's config");
  }
  if (asked && asked->exact && *asked->exact != python.version) {
    return fail(Error{.code = Code::bad_input,
                      .what = "base " + name + " has Python " + python.version + ", not " + *asked->exact,
                      .place = yaml.python->place,
                      .chain = {},
                      .hints = {"write python: \"" + own_minor + "\""}});
  }
  python.libc = scan.libc();
  if (python.libc.empty())
    return fail(Code::bad_input, "base " + name + ": no C library is found in it, neither glibc nor musl");
  return python;
}

}  // namespace

Result<BaseSolution> resolve_layout_base(const project::EnvYaml& yaml, const project::BaseFromLayout& base,
                                         const Platform& platform, const std::filesystem::path& project) {
  const auto name = base.path.string();
  if (!yaml.system.empty()) {
    return fail(Error{.code = Code::unsupported,
                      .what = "'system' packages on top of an image layout are not resolved yet",
                      .place = yaml.system.front().place,
                      .chain = {},
                      .hints = {"install them in the image, or use base: {debian: bookworm}"}});
  }
  ENVTOOL_TRY(const auto layout, LayoutReader::open(project / base.path));
  ENVTOOL_TRY(auto image, find_image(layout, platform));
  LayerScan scan;
  for (const auto& layer : image.layers) {
    ENVTOOL_TRY(const auto blob, layout.blob(layer.digest));
    ENVTOOL_CHECK(scan.add(*blob, layer));
  }
  BaseSolution solution;
  ENVTOOL_TRY(solution.python, find_python(image, scan, yaml, name));
  image.reference = name;
  solution.base = std::move(image);
  return solution;
}

}  // namespace envtool::resolve::base_image
