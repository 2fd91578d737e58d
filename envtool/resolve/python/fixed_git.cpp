#include "envtool/resolve/python/fixed_git.hpp"

#include <fmt/format.h>

#include "envtool/support/files.hpp"

namespace envtool::resolve::python {
namespace {

namespace fs = std::filesystem;

using Facts = std::shared_ptr<const pep::Metadata>;

/// What pyproject.toml says about itself, when that is all there is to know; null otherwise.
Result<Facts> static_facts(const fs::path& file, const std::string& shown) {
  auto text = read_file(file, 4_MiB);
  if (!text && text.error().code == Code::not_found) return Facts{};
  if (!text) return Failure(std::move(text).error());
  ENVTOOL_TRY(const auto project, PyProject::parse(*text, shown));
  if (!project.has_project || !project.name || !project.version || project.dynamic_dependencies)
    return Facts{};
  if (!pep::Version::try_parse(*project.version))
    return fail(Code::bad_input, fmt::format("{}: '{}' is no version", shown, *project.version));
  ENVTOOL_TRY(auto metadata, metadata_of(project, shown));
  return std::make_shared<const pep::Metadata>(std::move(metadata));
}

Result<Facts> read_static(const BuildSource& source, const FixedInputs& inputs) {
  ENVTOOL_TRY(const fs::path scratch, inputs.scratch());
  const auto read = [&]() -> Result<Facts> {
    ENVTOOL_CHECK(source.unpack(scratch, scratch / "tree"));
    const fs::path project = scratch / "tree" / source.directory;
    std::error_code error;
    if (!fs::is_directory(project, error))
      return fail(Code::not_found, fmt::format("{} has no folder '{}'", source.name, source.directory));
    return static_facts(project / "pyproject.toml", source.name + ": pyproject.toml");
  };
  auto facts = read();
  (void)remove_tree(scratch);
  return facts;
}

Result<Facts> facts_of(const BuildSource& source, const FixedInputs& inputs) {
  ENVTOOL_TRY(auto facts, read_static(source, inputs));
  if (facts) return facts;
  ENVTOOL_TRY(const auto built, inputs.workshop.build(source, inputs.problem.targets.front()));
  return built->metadata;
}

Result<std::shared_ptr<const Page>> page_of(const pep::Metadata& facts, const BuildSource& source,
                                            const std::string& address, Catalog& catalog) {
  // The page's reader knows source distributions by their names.
  const std::string file_name = facts.key + "-" + facts.version.str() + ".tar.gz";
  PageWriter writer(facts.key);
  File file;
  file.name = file_name;
  file.url = address;
  file.sha256 = source.identity;
  writer.add(file);
  auto page = std::make_shared<Page>();
  ENVTOOL_CHECK(Page::read(writer.finish("", "", {}), *page));
  page->name = facts.key;
  if (page->releases.empty())
    return fail(Code::bad_input, fmt::format("{} has no version that can be read", source.name));
  catalog.put_metadata(source.identity.hex(), std::make_shared<const pep::Metadata>(facts));
  return page;
}

}  // namespace

Result<std::shared_ptr<const Page>> fetch_commit(const AskedRequirement& asked, const FixedInputs& inputs,
                                                 FixedCommits& commits) {
  auto url = vcs::parse_git_url(*asked.requirement.url);
  if (!url) return fail(std::move(url).error().at(asked.written.place));
  if (!inputs.workshop.open() && !inputs.plan_only)
    return fail(Error{.code = Code::unsupported,
                      .what = "'" + asked.written.text + "' has to be built, and nothing here can build it",
                      .place = asked.written.place,
                      .chain = {},
                      .hints = {"name a wheel by its https url"}});
  if (url->repository.scheme == "file")
    inputs.events.warn(asked.requirement.key +
                       " comes from a folder of this machine: others can build the lock only where they have "
                       "the same repository in the same place");
  vcs::Clones clones(inputs.cache);
  auto commit = clones.fetch(*url, inputs.catalog.stop_token());
  if (!commit) return fail(std::move(commit).error().at(asked.written.place));
  const BuildSource source =
      commit_source(asked.requirement.key, *url, *commit, inputs.cache, inputs.catalog.stop_token());
  ENVTOOL_TRY(const auto facts, facts_of(source, inputs));
  if (facts->key != asked.requirement.key)
    return fail(Error{.code = Code::bad_input,
                      .what = "the project in '" + asked.written.text + "' is named " + facts->name,
                      .place = asked.written.place,
                      .chain = {},
                      .hints = {"write " + facts->name + " @ " + *asked.requirement.url}});
  inputs.workshop.add(source);
  // As a lock has it: no login, except the user that every ssh address has.
  const std::string pinned =
      vcs::render_pinned({.repository = url->repository, .ref = {}, .directory = {}}, *commit);
  const std::string address = pinned.substr(4, pinned.rfind('@') - 4);
  commits.insert_or_assign(asked.requirement.key, project::LockedGit{.url = address,
                                                                     .commit = *commit,
                                                                     .subdirectory = url->directory,
                                                                     .build_requires = {},
                                                                     .wheel = {}});
  return page_of(*facts, source, pinned, inputs.catalog);
}

}  // namespace envtool::resolve::python
