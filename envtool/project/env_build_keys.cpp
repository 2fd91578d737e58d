// The keys of env.yaml that decide what goes into the image.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "envtool/project/env_sections.hpp"
#include "envtool/project/time_text.hpp"
#include "envtool/support/text.hpp"
#include "envtool/support/url.hpp"

namespace envtool::project {
namespace {

using Kind = YamlNode::Kind;

/// Releases whose own Python is the key; design §3.
constexpr std::array<std::string_view, 6> kPythons{"3.9", "3.10", "3.11", "3.12", "3.13", "3.14"};
const std::vector<std::string> kDebianSuites{"bullseye", "bookworm", "trixie"};
const std::vector<std::string> kUbuntuSuites{"jammy", "noble", "resolute"};

bool is_digits(std::string_view text) {
  return !text.empty() && text.size() <= 4 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Result<void> read_suite(const EnvFields& fields, const YamlMember& member, EnvYaml& out) {
  const bool debian = member.key.text == "debian";
  ENVTOOL_TRY(const auto suite, fields.text(member.value, "base",
                                            debian ? "base: {debian: bookworm}" : "base: {ubuntu: noble}"));
  const auto& known = debian ? kDebianSuites : kUbuntuSuites;
  if (std::find(known.begin(), known.end(), suite.text) == known.end()) {
    const auto near = nearest(suite.text, known);
    return fields.error(member.value,
                        fmt::format("'{}' is not a release of {} that is known", suite.text, member.key.text),
                        near ? fmt::format("did you mean '{}'? Known are {}", *near, enumerate(known))
                             : fmt::format("known are {}", enumerate(known)));
  }
  out.base = BaseFromArchive{
      debian ? BaseFromArchive::Distribution::debian : BaseFromArchive::Distribution::ubuntu, suite.text};
  return {};
}

Result<void> read_index(const EnvFields& fields, const YamlNode& node, const std::string& what, Index& out) {
  constexpr std::string_view kExample = "{name: internal, url: \"https://pypi.example.edu/simple\"}";
  ENVTOOL_CHECK(fields.keys(node, what, {"name", "url", "packages"}));
  out.place = fields.place(node);
  ENVTOOL_TRY(const auto* name, fields.need(node, what, "name", kExample));
  ENVTOOL_TRY(const auto name_text, fields.text(*name, what + ".name", "name: internal"));
  out.name = name_text.text;
  if (!is_word(out.name, "-_."))
    return fields.error(*name, fmt::format("'{}' is not a name for an index", out.name),
                        "use letters, digits, - and _");
  ENVTOOL_TRY(const auto* url_node, fields.need(node, what, "url", kExample));
  ENVTOOL_TRY(const auto url, fields.text(*url_node, what + ".url", kExample));
  auto parsed = Url::parse(url.text);
  if (!parsed || (parsed->scheme != "https" && parsed->scheme != "http") || parsed->host.empty())
    return fields.error(
        *url_node, fmt::format("'{}' is not the url of an index", parsed ? parsed->redacted() : url.text),
        "write the address that ends in /simple, for example https://pypi.org/simple");
  if (!parsed->userinfo.empty())
    return fields.error(*url_node, fmt::format("the url of index '{}' holds a password", out.name),
                        "remove it here, since env.yaml is shared: credentials belong in the user's own "
                        "~/.config/envtool/config.yaml or ~/.netrc");
  out.url = url.text;
  if (const auto* packages = node.find("packages"); packages != nullptr) {
    ENVTOOL_TRY(const auto patterns, fields.texts(*packages, what + ".packages", "packages: [course-*]"));
    for (const auto& pattern : patterns) out.packages.push_back(pattern.text);
  }
  return {};
}

bool is_driver_bound(std::string_view text) {
  if (!text.starts_with(">=")) return false;
  const auto parts = split(trim(text.substr(2)), '.');
  return parts.size() <= 3 && std::all_of(parts.begin(), parts.end(), is_digits);
}

}  // namespace

Result<void> read_name(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  ENVTOOL_TRY(out.name, fields.text(node, "name", "name: intro-ml"));
  if (!is_word(out.name->text, "-_."))
    return fields.error(node, fmt::format("'{}' is not a name for an environment", out.name->text),
                        "use letters, digits, -, _ and ., beginning with a letter or digit, at most 63");
  return {};
}

Result<void> read_python(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  ENVTOOL_TRY(out.python, fields.text(node, "python", "python: \"3.11\""));
  const auto& text = out.python->text;
  const auto parts = split(text, '.');
  if (parts.size() == 3 && std::all_of(parts.begin(), parts.end(), is_digits))
    return fields.error(
        node, fmt::format("python '{}' names a patch release", text),
        fmt::format("write python: \"{}.{}\"; the base decides the patch release, and env.lock keeps it",
                    parts[0], parts[1]));
  if (parts.size() != 2 || !std::all_of(parts.begin(), parts.end(), is_digits))
    return fields.error(node, fmt::format("python '{}' is not a version", text),
                        "write one version with two numbers, for example python: \"3.11\"");
  return {};
}

Result<void> check_python(const EnvFields& fields, const YamlNode& root, const EnvYaml& yaml) {
  if (!yaml.python || yaml.base) return {};
  if (std::find(kPythons.begin(), kPythons.end(), yaml.python->text) != kPythons.end()) return {};
  const std::vector<std::string> known(kPythons.begin(), kPythons.end());
  const bool tenfold = yaml.python->text == "3.1";
  return fields.error(*root.find("python"), fmt::format("no base is known for Python {}", yaml.python->text),
                      tenfold
                          ? "did you mean \"3.10\"? Known are " + enumerate(known)
                          : "known are " + enumerate(known) + "; for another one name a `base` that has it");
}

Result<void> read_base(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  constexpr std::string_view kExample = "base: {debian: bookworm}";
  out.base_place = fields.place(node);
  if (node.kind != Kind::mapping) {
    ENVTOOL_TRY(const auto reference, fields.text(node, "base", kExample));
    if (reference.text.find_first_of(" \t") != std::string::npos)
      return fields.error(
          node, fmt::format("base '{}' is not a reference to an image", reference.text),
          "write for example docker.io/library/python:3.11-slim-bookworm, or {debian: bookworm}");
    out.base = BaseFromReference{reference.text};
    return {};
  }
  ENVTOOL_CHECK(fields.keys(node, "base", {"debian", "ubuntu", "oci"}));
  if (node.members.size() != 1)
    return fields.error(node, "base names more or less than one source",
                        fmt::format("write for example `{}`", kExample));
  if (node.members[0].key.text != "oci") return read_suite(fields, node.members[0], out);
  ENVTOOL_TRY(const auto path, fields.text(node.members[0].value, "base.oci", "base: {oci: ./image}"));
  out.base = BaseFromLayout{path.text};
  return {};
}

Result<void> read_system(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  ENVTOOL_TRY(out.system, fields.texts(node, "system", "system: [git, graphviz]"));
  static constexpr std::string_view kCharacters = "abcdefghijklmnopqrstuvwxyz0123456789+-.";
  for (std::size_t i = 0; i < out.system.size(); ++i) {
    const auto& name = out.system[i].text;
    if (name.size() >= 2 && name.find_first_not_of(kCharacters) == std::string::npos && is_word(name, "+-."))
      continue;
    const bool version = name.find_first_of("=<>") != std::string::npos;
    return fields.error(node.items[i], fmt::format("'{}' is not the name of a distribution package", name),
                        version ? "write the name only: env.lock keeps the version"
                                : "names have small letters, digits, +, - and .");
  }
  return {};
}

Result<void> read_indexes(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  ENVTOOL_TRY(const auto* items,
              fields.list(node, "indexes", "indexes: [{name: internal, url: \"https://…/simple\"}]"));
  for (std::size_t i = 0; i < items->size(); ++i) {
    ENVTOOL_CHECK(read_index(fields, (*items)[i], fmt::format("indexes[{}]", i), out.indexes.emplace_back()));
    const auto twin = std::find_if(out.indexes.begin(), out.indexes.end() - 1,
                                   [&](const Index& index) { return index.name == out.indexes.back().name; });
    if (twin != out.indexes.end() - 1)
      return fields.error((*items)[i], fmt::format("two indexes have the name '{}'", twin->name),
                          "rename one of them");
  }
  return {};
}

Result<void> read_exclude_newer(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  ENVTOOL_TRY(const auto text, fields.text(node, "exclude-newer", "exclude-newer: 2026-09-01"));
  auto time = parse_time(text.text);
  if (!time) return fields.error(node, "exclude-newer", std::move(time).error());
  out.exclude_newer = *time;
  return {};
}

Result<void> read_platforms(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  ENVTOOL_TRY(const auto texts, fields.texts(node, "platforms", "platforms: [linux/amd64, linux/arm64]"));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto platform = Platform::parse(texts[i].text);
    if (!platform) return fields.error(node.items[i], "platforms", std::move(platform).error());
    if (std::find(out.platforms.begin(), out.platforms.end(), *platform) != out.platforms.end())
      return fields.error(node.items[i], fmt::format("the platform {} is there twice", platform->str()),
                          "remove one");
    out.platforms.push_back(*platform);
  }
  if (out.platforms.empty())
    return fields.error(node, "platforms is empty",
                        "write platforms: [linux/amd64, linux/arm64], or remove the key");
  return {};
}

Result<void> read_gpu(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  using Presence = GpuNeed::Presence;
  out.gpu_place = fields.place(node);
  if (is_truth(node)) {
    out.gpu.presence = node.text == "true" ? Presence::required : Presence::none;
    return {};
  }
  if (node.kind == Kind::scalar && node.text == "optional") {
    out.gpu.presence = Presence::optional;
    return {};
  }
  if (node.kind != Kind::mapping)
    return fields.wrong_type(node, "gpu", "true, false, optional or a mapping of count, memory and driver",
                             "gpu: true");
  ENVTOOL_CHECK(fields.keys(node, "gpu", {"count", "memory", "driver"}));
  out.gpu.presence = Presence::required;
  if (const auto* count = node.find("count"); count != nullptr) {
    if (count->text == "all") {
      out.gpu.count = 0;
    } else {
      ENVTOOL_TRY(out.gpu.count, fields.number(*count, "gpu.count", 1, 64));
    }
  }
  if (const auto* memory = node.find("memory"); memory != nullptr) {
    ENVTOOL_TRY(out.gpu.memory, fields.size(*memory, "gpu.memory"));
  }
  if (const auto* driver = node.find("driver"); driver != nullptr) {
    ENVTOOL_TRY(const auto text, fields.text(*driver, "gpu.driver", "driver: \">=550\""));
    if (!is_driver_bound(text.text))
      return fields.error(*driver, fmt::format("gpu.driver '{}' is not a bound for a driver", text.text),
                          "write the oldest driver in class, for example driver: \">=550\"");
    out.gpu.driver = text.text;
  }
  return {};
}

Result<void> read_env(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  constexpr std::string_view kExample = "env: {HF_HOME: /data/hf}";
  if (node.kind == Kind::null) return {};
  if (node.kind != Kind::mapping)
    return fields.wrong_type(node, "env", "a mapping of names to values", kExample);
  for (const auto& [key, value] : node.members) {
    ENVTOOL_CHECK(fields.variable_name(key, "env: the key"));
    if (value.kind == Kind::null)
      return fields.error(value, fmt::format("env.{} has no value", key.text),
                          fmt::format("write {}: \"\" for an empty one", key.text));
    if (value.kind != Kind::scalar) return fields.wrong_type(value, "env." + key.text, "one text", kExample);
    out.env.emplace_back(key.text, value.text);
  }
  return {};
}

Result<void> read_setup(const EnvFields& fields, const YamlNode& node, EnvYaml& out) {
  ENVTOOL_TRY(out.setup, fields.texts(node, "setup", "setup: [\"python -m nltk.downloader punkt\"]"));
  return {};
}

}  // namespace envtool::project
