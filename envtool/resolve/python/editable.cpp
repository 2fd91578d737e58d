#include "envtool/resolve/python/editable.hpp"

#include "envtool/resolve/python/pyproject.hpp"
#include "envtool/support/files.hpp"
#include "envtool/support/text.hpp"

namespace envtool::resolve::python {
namespace {

struct Written {
  std::string path;
  std::vector<std::string> extras;
};

Written split_extras(const std::string& text) {
  Written written{text, {}};
  if (!text.ends_with(']')) return written;
  const auto open = text.rfind('[');
  if (open == std::string::npos) return written;
  written.path = text.substr(0, open);
  for (auto extra : split(std::string_view(text).substr(open + 1, text.size() - open - 2), ','))
    written.extras.push_back(pep::normalize_name(trim(extra)));
  return written;
}

Failure refuse(Code code, const project::Placed& placed, std::string what, std::string hint) {
  return fail(Error{
      .code = code, .what = std::move(what), .place = placed.place, .chain = {}, .hints = {std::move(hint)}});
}

Result<PyProject> read_tree(const std::filesystem::path& folder, const project::Placed& placed) {
  const auto file = folder / "pyproject.toml";
  auto text = read_file(file, 4_MiB);
  if (!text && text.error().code == Code::not_found)
    return refuse(Code::not_found, placed, "`-e " + placed.text + "` has no pyproject.toml",
                  "write one with a [project] table: name, version, dependencies");
  if (!text) return Failure(std::move(text).error());
  ENVTOOL_TRY(auto project, PyProject::parse(*text, file.string()));
  if (!project.has_project || !project.name)
    return refuse(Code::bad_input, placed, file.string() + " has no [project] table with a name",
                  "add [project] with name, version and dependencies (PEP 621)");
  if (project.dynamic_dependencies)
    return refuse(Code::unsupported, placed, "the dependencies of `-e " + placed.text + "` are dynamic",
                  "write them under [project] dependencies in its pyproject.toml, so that they are known "
                  "without running its build");
  return project;
}

/// One release with one file that stands for the source tree.
Result<std::shared_ptr<const Page>> page_of(const pep::Metadata& metadata, const std::string& path,
                                            Digest& identity) {
  const std::string name = metadata.key + "-" + metadata.version.str() + "-py3-none-any.whl";
  identity = Digest::of("editable " + path);
  PageWriter writer(metadata.key);
  File file;
  file.name = name;
  file.url = path;
  file.sha256 = identity;
  file.wheel = true;
  writer.add(file);
  auto page = std::make_shared<Page>();
  ENVTOOL_CHECK(Page::read(writer.finish("", "", {}), *page));
  page->name = metadata.key;
  return page;
}

}  // namespace

Result<std::map<std::string, std::string>> read_editables(const PythonProblem& problem, Asked& asked,
                                                          FixedSources& fixed, Catalog& catalog) {
  std::map<std::string, std::string> paths;
  for (const project::Placed& placed : problem.editables) {
    const Written written = split_extras(placed.text);
    const auto folder = problem.project / written.path;
    ENVTOOL_TRY(const auto project, read_tree(folder, placed));
    ENVTOOL_TRY(auto metadata, metadata_of(project, (folder / "pyproject.toml").string()));
    if (!paths.emplace(metadata.key, written.path).second)
      return refuse(Code::bad_input, placed, "two editable projects are named " + metadata.name,
                    "remove one of them");
    Digest identity;
    ENVTOOL_TRY(auto page, page_of(metadata, written.path, identity));
    fixed.emplace(metadata.key, std::move(page));
    AskedRequirement own;
    own.requirement.name = metadata.name;
    own.requirement.key = metadata.key;
    own.requirement.extras = written.extras;
    own.written = {"-e " + placed.text, placed.place};
    asked.packages.push_back(std::move(own));
    catalog.put_metadata(identity.hex(), std::make_shared<const pep::Metadata>(std::move(metadata)));
  }
  return paths;
}

}  // namespace envtool::resolve::python
