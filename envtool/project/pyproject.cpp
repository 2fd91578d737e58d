#include "envtool/project/pyproject.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "envtool/formats/pep/requirement.hpp"
#include "envtool/project/toml.hpp"

namespace envtool::project {
namespace {

constexpr std::string_view kLegacyBackend = "setuptools.build_meta:__legacy__";

class TomlReader {
 public:
  explicit TomlReader(const std::string& file) : file_(file) {}

  [[nodiscard]] Failure error(const toml::source_region& at, std::string what, std::string hint) const {
    return fail(Error{.code = Code::bad_input,
                      .what = std::move(what),
                      .place = place(at),
                      .chain = {},
                      .hints = {std::move(hint)}});
  }
  [[nodiscard]] Place place(const toml::source_region& at) const {
    return {file_, static_cast<std::uint32_t>(at.begin.line), static_cast<std::uint32_t>(at.begin.column)};
  }

  Result<void> text(const toml::table& table, std::string_view key, std::optional<Placed>& out) const {
    const auto* node = table.get(key);
    if (node == nullptr) return {};
    const auto* value = node->as_string();
    if (value == nullptr)
      return error(node->source(), fmt::format("'{}' is not a text", key),
                   fmt::format("write {} = \"…\"", key));
    out = Placed{value->get(), place(node->source())};
    return {};
  }
  Result<void> texts(const toml::node* node, std::string_view key, std::vector<Placed>& out) const {
    if (node == nullptr) return {};
    const auto* array = node->as_array();
    if (array == nullptr)
      return error(node->source(), fmt::format("'{}' is not a list", key),
                   fmt::format("write {} = [\"…\"]", key));
    for (const auto& item : *array) {
      const auto* value = item.as_string();
      if (value == nullptr)
        return error(item.source(), fmt::format("'{}' holds something that is not a text", key),
                     "put it in quotes");
      out.push_back({value->get(), place(item.source())});
    }
    return {};
  }
  Result<void> requirements(const toml::node* node, std::string_view key, std::vector<Placed>& out) const {
    ENVTOOL_CHECK(texts(node, key, out));
    for (const auto& requirement : out) {
      auto parsed = pep::Requirement::parse(requirement.text);
      if (parsed) continue;
      auto bad = std::move(parsed).error();
      bad.place = requirement.place;
      bad.code = Code::bad_input;
      return fail(std::move(bad));
    }
    return {};
  }
  Result<const toml::table*> table(const toml::table& parent, std::string_view key) const {
    const auto* node = parent.get(key);
    if (node == nullptr) return nullptr;
    if (const auto* found = node->as_table()) return found;
    return error(node->source(), fmt::format("'{}' is not a table", key), fmt::format("write [{}]", key));
  }
  Result<void> names_to_texts(const toml::table& parent, std::string_view key,
                              std::map<std::string, std::string>& out) const {
    ENVTOOL_TRY(const auto* found, table(parent, key));
    if (found == nullptr) return {};
    for (const auto& [name, node] : *found) {
      std::optional<Placed> value;
      ENVTOOL_CHECK(text(*found, name.str(), value));
      out[std::string(name.str())] = value->text;
    }
    return {};
  }

 private:
  const std::string& file_;
};

Result<void> read_build_system(const TomlReader& reader, const toml::table& root,
                               Pyproject::BuildSystem& out) {
  ENVTOOL_TRY(const auto* table, reader.table(root, "build-system"));
  out.backend = kLegacyBackend;
  if (table == nullptr) {
    out.requires_packages = {
        {"setuptools>=40.8.0", {}}};  // PEP 517, when there is no pyproject.toml or table
    return {};
  }
  ENVTOOL_CHECK(reader.requirements(table->get("requires"), "requires", out.requires_packages));
  std::optional<Placed> backend;
  ENVTOOL_CHECK(reader.text(*table, "build-backend", backend));
  if (backend) out.backend = backend->text;
  std::vector<Placed> paths;
  ENVTOOL_CHECK(reader.texts(table->get("backend-path"), "backend-path", paths));
  for (const auto& path : paths) out.backend_path.push_back(path.text);
  return {};
}

Result<void> read_project(const TomlReader& reader, const toml::table& table, Pyproject& out) {
  out.has_project = true;
  std::optional<Placed> name;
  std::optional<Placed> version;
  std::vector<Placed> dynamic;
  ENVTOOL_CHECK(reader.text(table, "name", name));
  ENVTOOL_CHECK(reader.text(table, "version", version));
  ENVTOOL_CHECK(reader.texts(table.get("dynamic"), "dynamic", dynamic));
  for (const auto& field : dynamic) out.dynamic.push_back(field.text);
  if (!name) return reader.error(table.source(), "[project] has no name", "write name = \"…\"");
  if (!pep::is_valid_name(name->text))
    return reader.error(table.get("name")->source(), fmt::format("'{}' is not a package name", name->text),
                        "use letters, digits, -, _ and .");
  out.name = name->text;
  if (version) out.version = version->text;
  if (!version && !out.is_dynamic("version"))
    return reader.error(table.source(), "[project] has neither a version nor dynamic = [\"version\"]",
                        "write version = \"0.1\"");
  ENVTOOL_CHECK(reader.text(table, "requires-python", out.requires_python));
  ENVTOOL_CHECK(reader.requirements(table.get("dependencies"), "dependencies", out.dependencies));
  ENVTOOL_TRY(const auto* extras, reader.table(table, "optional-dependencies"));
  if (extras != nullptr) {
    for (const auto& [extra, list] : *extras)
      ENVTOOL_CHECK(
          reader.requirements(&list, extra.str(), out.optional_dependencies[std::string(extra.str())]));
  }
  ENVTOOL_CHECK(reader.names_to_texts(table, "scripts", out.scripts));
  return reader.names_to_texts(table, "gui-scripts", out.gui_scripts);
}

}  // namespace

bool Pyproject::is_dynamic(std::string_view field) const {
  return std::find(dynamic.begin(), dynamic.end(), field) != dynamic.end();
}

Result<Pyproject> read_pyproject(const Source& source) {
  const TomlReader reader(source.name);
  toml::table root;
  try {
    root = toml::parse(std::string_view(source.text), std::string_view(source.name));
  } catch (const toml::parse_error& bad) {
    return reader.error(bad.source(), fmt::format("{} is not valid TOML: {}", source.name, bad.description()),
                        "look at this line and the one before it");
  }
  Pyproject out;
  ENVTOOL_CHECK(read_build_system(reader, root, out.build_system));
  ENVTOOL_TRY(const auto* project, reader.table(root, "project"));
  if (project != nullptr) ENVTOOL_CHECK(read_project(reader, *project, out));
  return out;
}

Digest digest(const Pyproject& pyproject) {
  std::string text;
  const auto add = [&](std::string_view key, std::string_view value) {
    text += fmt::format("{} {}:{}\n", key, value.size(), value);
  };
  const auto add_all = [&](std::string_view key, const std::vector<Placed>& values) {
    for (const auto& value : values) add(key, value.text);
  };
  add("name", pyproject.name);
  if (pyproject.version) add("version", *pyproject.version);
  if (pyproject.requires_python) add("requires-python", pyproject.requires_python->text);
  add_all("dependency", pyproject.dependencies);
  for (const auto& [extra, requirements] : pyproject.optional_dependencies) {
    add("extra", extra);
    add_all("extra.dependency", requirements);
  }
  for (const auto& [name, target] : pyproject.scripts) add("script", name + "=" + target);
  for (const auto& [name, target] : pyproject.gui_scripts) add("gui-script", name + "=" + target);
  for (const auto& field : pyproject.dynamic) add("dynamic", field);
  add_all("build.requires", pyproject.build_system.requires_packages);
  add("build.backend", pyproject.build_system.backend);
  for (const auto& path : pyproject.build_system.backend_path) add("build.path", path);
  return Digest::of(text);
}

}  // namespace envtool::project
