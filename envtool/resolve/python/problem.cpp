#include "envtool/resolve/python/problem.hpp"

#include <set>

namespace envtool::resolve::python {
namespace {

Result<AskedRequirement> read(const project::Placed& written) {
  auto requirement = pep::Requirement::parse(written.text);
  if (!requirement) {
    Error error = std::move(requirement).error();
    Place place = written.place;
    // The column inside the text, if the parser knows it, moves the place along the line.
    if (error.place && error.place->column > 1 && place.column > 0) place.column += error.place->column - 1;
    return fail(std::move(error).at(std::move(place)));
  }
  return AskedRequirement{std::move(*requirement), written};
}

Result<void> read_by_name(const std::vector<project::Placed>& list, std::string_view what,
                          std::map<std::string, std::vector<AskedRequirement>>& into) {
  for (const project::Placed& written : list) {
    ENVTOOL_TRY(auto asked, read(written));
    if (asked.requirement.url)
      return fail(Error{.code = Code::unsupported,
                        .what = std::string(what) + " '" + written.text + "' has a url",
                        .place = written.place,
                        .chain = {},
                        .hints = {"write the url under packages, and only the name here"}});
    into[asked.requirement.key].push_back(std::move(asked));
  }
  return {};
}

}  // namespace

Result<Asked> read_problem(const PythonProblem& problem) {
  Asked asked;
  std::map<std::string, std::string> urls;
  for (const project::Placed& written : problem.packages) {
    ENVTOOL_TRY(auto one, read(written));
    if (one.requirement.url) {
      auto [known, added] = urls.emplace(one.requirement.key, *one.requirement.url);
      if (!added && known->second != *one.requirement.url)
        return fail(Error{.code = Code::bad_input,
                          .what = one.requirement.key + " is asked for from two urls",
                          .place = written.place,
                          .chain = {},
                          .hints = {"keep one of " + known->second + " and " + *one.requirement.url}});
    }
    asked.packages.push_back(std::move(one));
  }
  ENVTOOL_CHECK(read_by_name(problem.constraints, "the constraint", asked.constraints));
  ENVTOOL_CHECK(read_by_name(problem.overrides, "the override", asked.overrides));
  return asked;
}

std::set<std::string> exact_pins(const Asked& asked) {
  std::set<std::string> pins;
  const auto add = [&](const AskedRequirement& one) {
    if (auto version = one.requirement.specifier.pinned())
      pins.insert(one.requirement.key + " " + version->str());
  };
  for (const auto& one : asked.packages) add(one);
  for (const auto& [name, list] : asked.constraints)
    for (const auto& one : list) add(one);
  for (const auto& [name, list] : asked.overrides)
    for (const auto& one : list) add(one);
  return pins;
}

}  // namespace envtool::resolve::python
