#include "envtool/resolve/python/pyproject.hpp"

#include <algorithm>

#include "envtool/project/toml.hpp"

namespace envtool::resolve::python {
namespace {

std::vector<std::string> texts(const toml::node_view<const toml::node>& view) {
  std::vector<std::string> list;
  if (const auto* array = view.as_array())
    for (const auto& element : *array)
      if (auto text = element.value<std::string>()) list.push_back(*text);
  return list;
}

void read_project(const toml::table& table, PyProject& into) {
  const auto project = toml::node_view<const toml::node>(table)["project"];
  if (!project.is_table()) return;
  into.has_project = true;
  into.name = project["name"].value<std::string>();
  into.version = project["version"].value<std::string>();
  into.requires_python = project["requires-python"].value<std::string>();
  into.dependencies = texts(project["dependencies"]);
  if (const auto* extras = project["optional-dependencies"].as_table())
    for (const auto& [extra, list] : *extras)
      into.optional_dependencies[std::string(extra.str())] = texts(toml::node_view<const toml::node>(list));
  const auto dynamic = texts(project["dynamic"]);
  into.dynamic_dependencies = std::any_of(dynamic.begin(), dynamic.end(), [](const std::string& field) {
    return field == "dependencies" || field == "optional-dependencies";
  });
}

void read_build_system(const toml::table& table, BuildSystem& into) {
  const auto build = toml::node_view<const toml::node>(table)["build-system"];
  if (!build.is_table()) return;
  into.requirements = texts(build["requires"]);
  if (auto backend = build["build-backend"].value<std::string>()) into.backend = *backend;
  into.backend_path = texts(build["backend-path"]);
}

}  // namespace

Result<PyProject> PyProject::parse(std::string_view text, const std::string& name_of_file) {
  toml::table parsed;
  try {
    parsed = toml::parse(text, name_of_file);
  } catch (const toml::parse_error& bad) {
    const auto& where = bad.source().begin;
    return fail(Error{.code = Code::bad_input,
                      .what = name_of_file + " is no valid TOML: " + std::string(bad.description()),
                      .place = Place{name_of_file, where.line, where.column},
                      .chain = {},
                      .hints = {}});
  }
  PyProject project;
  read_project(parsed, project);
  read_build_system(parsed, project.build);
  return project;
}

Result<pep::Metadata> metadata_of(const PyProject& project, const std::string& name_of_file) {
  pep::Metadata metadata;
  metadata.metadata_version = "2.2";
  metadata.name = project.name.value_or("");
  metadata.key = pep::normalize_name(metadata.name);
  auto version = pep::Version::try_parse(project.version.value_or("0"));
  metadata.version = version ? *version : pep::Version::of("0");
  if (project.requires_python)
    if (auto python = pep::SpecifierSet::parse_lenient(*project.requires_python))
      metadata.requires_python = std::move(*python);
  const auto add = [&](const std::string& text, const std::string& extra) -> Result<void> {
    auto requirement = pep::Requirement::parse(text);
    if (!requirement) return fail(std::move(requirement).error().at({name_of_file, 0, 0}));
    if (!extra.empty()) {
      std::string marker = "extra == \"" + extra + "\"";
      if (requirement->marker) marker = "(" + requirement->marker->str() + ") and " + marker;
      ENVTOOL_TRY(auto parsed, pep::Marker::parse(marker));
      requirement->marker = std::move(parsed);
    }
    metadata.requires_dist.push_back(std::move(*requirement));
    return {};
  };
  for (const auto& text : project.dependencies) ENVTOOL_CHECK(add(text, ""));
  for (const auto& [extra, list] : project.optional_dependencies) {
    metadata.provides_extra.push_back(pep::normalize_name(extra));
    for (const auto& text : list) ENVTOOL_CHECK(add(text, pep::normalize_name(extra)));
  }
  return metadata;
}

}  // namespace envtool::resolve::python
