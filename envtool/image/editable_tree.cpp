#include "envtool/image/editable_tree.hpp"

#include <algorithm>

#include "envtool/formats/archive/path_guard.hpp"
#include "envtool/formats/pep/record.hpp"
#include "envtool/image/direct_url.hpp"
#include "envtool/image/keys.hpp"
#include "envtool/image/make_context.hpp"
#include "envtool/image/scripts.hpp"
#include "envtool/image/small_tree.hpp"
#include "envtool/project/pyproject.hpp"
#include "envtool/support/files.hpp"

namespace envtool::image {
namespace {

namespace fs = std::filesystem;

/// Where the source tree is mounted in the container.
constexpr const char* kWorkspace = "/workspace";

struct Source {
  project::Pyproject project;
  std::string mounted;  ///< the project's folder in the container
};

std::string escaped_name(const std::string& name) {
  std::string escaped = name;
  std::replace(escaped.begin(), escaped.end(), '-', '_');
  return escaped;
}

Result<Source> read_source(const EditableTree& what, const fs::path& folder) {
  auto path = archive::clean_path(what.path, archive::LeadingSlash::refuse, "env.yaml");
  if (!path)
    return fail(Code::bad_input, "-e " + what.path + " is outside the folder of env.yaml",
                "only what is below env.yaml is mounted in the container: move the project there");
  Source source;
  auto text = read_file(folder / *path / "pyproject.toml", 4_MiB);
  if (text) {
    ENVTOOL_TRY(source.project,
                project::read_pyproject({(fs::path(*path) / "pyproject.toml").string(), std::move(*text)}));
  } else if (text.error().code != Code::not_found) {
    return fail(std::move(text).error());
  }
  source.mounted = path->empty() ? kWorkspace : std::string(kWorkspace) + "/" + *path;
  return source;
}

std::string metadata(const EditableTree& what, const project::Pyproject& project) {
  std::string text = "Metadata-Version: 2.1\nName: " + (project.name.empty() ? what.name : project.name) +
                     "\nVersion: " + what.version + "\n";
  if (project.requires_python) text += "Requires-Python: " + project.requires_python->text + "\n";
  for (const project::Placed& requirement : project.dependencies)
    text += "Requires-Dist: " + requirement.text + "\n";
  return text;
}

std::string entry_points(const project::Pyproject& project) {
  std::string text;
  const auto group = [&](const std::string& name, const auto& pairs) {
    if (pairs.empty()) return;
    text += (text.empty() ? "[" : "\n[") + name + "]\n";
    for (const auto& [key, target] : pairs) text += key + " = " + target + "\n";
  };
  group("console_scripts", project.scripts);
  group("gui_scripts", project.gui_scripts);
  return text;
}

/// Every file of the tree but RECORD.
Result<std::vector<SmallFile>> files_of(const EditableTree& what, const InstallScheme& scheme,
                                        const Source& source) {
  const std::string site = scheme.purelib().substr(1) + "/",
                    stem = escaped_name(what.name) + "-" + what.version;
  const std::string dist_info = site + stem + ".dist-info/";
  const std::string points = entry_points(source.project);
  // Both layouts ("src layout vs flat layout", PyPA): Python leaves out a line whose folder is not there, and
  // the image does not depend on which it is.
  const std::string folders = source.mounted + "/src\n" + source.mounted + "\n";
  std::vector<SmallFile> files = {
      {.path = site + "__editable__." + stem + ".pth", .bytes = folders, .link = {}},
      {.path = dist_info + "INSTALLER", .bytes = "envtool\n", .link = {}},
      {.path = dist_info + "METADATA", .bytes = metadata(what, source.project), .link = {}},
      {.path = dist_info + "direct_url.json", .bytes = editable_direct_url(source.mounted), .link = {}}};
  if (points.empty()) return files;
  files.push_back({.path = dist_info + "entry_points.txt", .bytes = points, .link = {}});
  auto parsed = pep::EntryPoints::parse(points);
  if (!parsed) return fail(std::move(parsed).error().in("while reading the scripts of -e " + what.path));
  for (const auto* group : {&parsed->console_scripts, &parsed->gui_scripts}) {
    for (const pep::EntryPoint& entry : *group) {
      if (is_reserved_script(entry.name))
        return fail(Code::bad_input, "-e " + what.path + " has a script named " + entry.name +
                                         ", which belongs to the environment itself");
      files.push_back({.path = scheme.prefix.substr(1) + "/bin/" + entry.name,
                       .bytes = entry_point_script(entry, scheme.interpreter()),
                       .executable = true,
                       .link = {}});
    }
  }
  return files;
}

SmallFile record_of(const std::vector<SmallFile>& files, const InstallScheme& scheme) {
  const std::string site = scheme.purelib().substr(1) + "/", prefix = scheme.prefix.substr(1) + "/";
  std::vector<pep::RecordEntry> rows;
  std::string record;
  for (const SmallFile& file : files) {
    const bool in_site = file.path.starts_with(site);
    const std::string path =
        in_site ? file.path.substr(site.size()) : "../../../" + file.path.substr(prefix.size());
    if (path.ends_with(".dist-info/METADATA")) record = path.substr(0, path.rfind('/')) + "/RECORD";
    rows.push_back({path, pep::record_hash(Digest::of(file.bytes)), file.bytes.size()});
  }
  rows.push_back({record, "", std::nullopt});
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return {.path = site + record, .bytes = pep::render_record(rows), .link = {}};
}

Result<std::vector<SmallFile>> whole_tree(const EditableTree& what, const InstallScheme& scheme,
                                          const fs::path& folder) {
  ENVTOOL_TRY(const Source source, read_source(what, folder));
  ENVTOOL_TRY(auto files, files_of(what, scheme, source));
  files.push_back(record_of(files, scheme));
  return files;
}

}  // namespace

Result<ImagePlan> with_editables(ImagePlan plan, const fs::path& project) {
  std::vector<store::TreeKey> below;
  bool changed = false;
  for (LayerPlan& layer : plan.layers) {
    for (TreePlan& tree : layer.trees) {
      if (const auto* editable = std::get_if<EditableTree>(&tree.make)) {
        ENVTOOL_TRY(const auto files, whole_tree(*editable, plan.scheme, project));
        std::string content = tree.key.hex();
        for (const SmallFile& file : files) content += "\n" + file.path + " " + Digest::of(file.bytes).hex();
        tree.key = Digest::of(content);
        changed = true;
      } else if (const auto* setup = std::get_if<SetupTree>(&tree.make); setup != nullptr && changed) {
        tree.key = key_of(*setup, below, plan.env);
      }
      below.push_back(tree.key);
    }
    layer.key = layer_key(layer.trees);
  }
  return plan;
}

Result<store::Tree> make_editable_tree(const EditableTree& what, const store::TreeKey& key,
                                       MakeContext& context) {
  if (auto tree = context.store.find_tree(key)) return std::move(*tree);
  ENVTOOL_TRY(const auto files, whole_tree(what, context.scheme, context.project));
  return put_small_tree(key, files, {}, context);
}

}  // namespace envtool::image
