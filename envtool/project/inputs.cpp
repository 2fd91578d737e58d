// What env.lock answers, as one digest. The text that is hashed is described in docs/formats/env-lock.md:
// change it only together with the version in its first line, since every lock is stale after that.
#include <fmt/format.h>

#include <algorithm>

#include "envtool/project/env_yaml.hpp"
#include "envtool/project/time_text.hpp"
#include "envtool/support/text.hpp"

namespace envtool::project {
namespace {

/// Lines `key length:value`: no two different inputs give the same text.
class Canonical {
 public:
  void add(std::string_view key, std::string_view value) {
    text_ += fmt::format("{} {}:{}\n", key, value.size(), value);
  }
  /// A list whose order says nothing.
  void add_set(std::string_view key, std::vector<std::string> values) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    for (const auto& value : values) add(key, value);
  }
  void add_set(std::string_view key, const std::vector<Placed>& values) {
    std::vector<std::string> texts;
    for (const auto& value : values) texts.emplace_back(trim(value.text));
    add_set(key, std::move(texts));
  }
  [[nodiscard]] Digest digest() const { return Digest::of(text_); }

 private:
  std::string text_ = "envtool inputs 1\n";
};

void add_base(Canonical& out, const Base& base) {
  if (const auto* reference = std::get_if<BaseFromReference>(&base)) out.add("base", reference->reference);
  if (const auto* layout = std::get_if<BaseFromLayout>(&base)) out.add("base.oci", layout->path.native());
  if (const auto* archive = std::get_if<BaseFromArchive>(&base)) {
    const bool debian = archive->distribution == BaseFromArchive::Distribution::debian;
    out.add(debian ? "base.debian" : "base.ubuntu", archive->suite);
  }
}

void add_gpu(Canonical& out, const GpuNeed& gpu) {
  if (gpu.presence == GpuNeed::Presence::none) return;
  out.add("gpu", gpu.presence == GpuNeed::Presence::required ? "required" : "optional");
  if (gpu.driver) out.add("gpu.driver", *gpu.driver);
  if (gpu.memory) out.add("gpu.memory", std::to_string(gpu.memory->value));
  out.add("gpu.count", std::to_string(gpu.count));
}

}  // namespace

Digest inputs_digest(const EnvYaml& yaml) {
  Canonical out;
  if (yaml.python) out.add("python", yaml.python->text);
  if (yaml.base) add_base(out, *yaml.base);
  out.add_set("system", yaml.system);
  out.add_set("packages", yaml.packages);
  for (std::size_t i = 0; i < yaml.editables.size(); ++i) {
    out.add("editable", yaml.editables[i].text);
    if (i < yaml.editable_metadata.size()) out.add("editable.metadata", yaml.editable_metadata[i].str());
  }
  out.add_set("constraints", yaml.constraints);
  out.add_set("overrides", yaml.overrides);
  for (const auto& index : yaml.indexes) {  // in order: it decides which index is asked first
    out.add("index", index.name);
    out.add("index.url", index.url);
    out.add_set("index.packages", index.packages);
  }
  if (yaml.exclude_newer) out.add("exclude-newer", render_time(*yaml.exclude_newer));
  std::vector<std::string> platforms;
  for (const auto& platform : yaml.platforms) platforms.push_back(platform.str());
  out.add_set("platform", std::move(platforms));
  add_gpu(out, yaml.gpu);
  for (const auto& command : yaml.setup) out.add("setup", command.text);
  for (const auto& [name, value] : yaml.env) {
    out.add("env", name);
    out.add("env.value", value);
  }
  return out.digest();
}

}  // namespace envtool::project
