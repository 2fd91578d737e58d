// Reads a problem as JSON on stdin, resolves it with resolve_python, prints the solution as JSON. For the
// conformance suite and for measuring; people use `env lock`.
//   {"packages": [..], "constraints": [..], "overrides": [..], "indexes": [{name,url,packages}],
//    "index": url, "python": "3.11.2", "libc": "glibc 2.36", "platforms": ["linux/amd64"], "cache": path,
//    "pins": {name: version}, "exclude_newer": seconds, "time_to_live": seconds}
#include <chrono>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "envtool/resolve/python/python.hpp"

using nlohmann::json;
using namespace envtool;

namespace {

class PrintedEvents : public NoEvents {
 public:
  void warn(std::string_view sentence) override { std::cerr << "warning: " << sentence << "\n"; }
  void note(std::string_view sentence) override { std::cerr << "note: " << sentence << "\n"; }
  void detail(std::string_view sentence) override { std::cerr << "detail: " << sentence << "\n"; }
};

std::vector<project::Placed> placed(const json& input, const char* key) {
  std::vector<project::Placed> list;
  std::uint32_t line = 0;
  for (const auto& text : input.value(key, json::array()))
    list.push_back({text.get<std::string>(), {"env.yaml", ++line, 1}});
  return list;
}

resolve::python::PythonProblem read_problem(const json& input) {
  resolve::python::PythonProblem problem;
  problem.packages = placed(input, "packages");
  problem.constraints = placed(input, "constraints");
  problem.overrides = placed(input, "overrides");
  problem.editables = placed(input, "editables");
  problem.project = input.value("project", ".");
  for (const auto& index : input.value("indexes", json::array()))
    problem.indexes.push_back(
        {index["name"], index["url"], index.value("packages", std::vector<std::string>{}), {}});
  if (input.contains("exclude_newer"))
    problem.exclude_newer =
        std::chrono::sys_seconds(std::chrono::seconds(input["exclude_newer"].get<long>()));
  for (const auto& platform : input.value("platforms", std::vector<std::string>{"linux/amd64"}))
    problem.targets.push_back({Platform::parse(platform).value(), input.value("python", "3.11.2"),
                               input.value("libc", "glibc 2.36"),
                               input.value("pins", std::map<std::string, std::string>{})});
  return problem;
}

json describe(const Error& error) {
  return {{"code", std::string(name(error.code))},
          {"what", error.what},
          {"hints", error.hints},
          {"chain", error.chain},
          {"line", error.place ? error.place->line : 0}};
}

json describe(const project::LockedPackage& package) {
  json out{{"name", package.name},
           {"version", package.version},
           {"index", package.index},
           {"requires", package.requires_names}};
  if (const auto* wheel = std::get_if<project::LockedWheel>(&package.source)) {
    out["url"] = wheel->artifact.url;
    out["sha256"] = wheel->artifact.sha256.hex();
    out["size"] = wheel->artifact.size.value;
  } else if (const auto* sdist = std::get_if<project::LockedSdist>(&package.source)) {
    out["url"] = sdist->artifact.url;
  }
  return out;
}

}  // namespace

int main() {
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  const json input = json::parse(text);
  net::Client client;
  PrintedEvents events;
  resolve::python::PythonSources sources{.client = client, .cache = {}, .sdist = {}};
  sources.sdist.plan_only = input.value("plan_only", false);
  sources.cache = input.value("cache", "");
  sources.default_index = input.value("index", sources.default_index);
  sources.index_time_to_live = std::chrono::seconds(input.value("time_to_live", 600));
  const auto start = std::chrono::steady_clock::now();
  const auto problem = read_problem(input);
  auto solution = resolve_python(problem, sources, events);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  json output{{"seconds", took.count()}};
  if (!solution) {
    output["error"] = describe(solution.error());
  } else {
    for (std::size_t i = 0; i < problem.targets.size(); ++i) {
      auto& list = output["platforms"][problem.targets[i].platform.str()] = json::array();
      for (const auto& package : solution->packages[i]) list.push_back(describe(package));
    }
  }
  std::cout << output.dump(1) << "\n";
  return solution ? 0 : 1;
}
