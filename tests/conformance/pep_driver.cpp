// Answers questions about envtool::pep, one JSON object a line in, one out: what packaging/run.py compares.
#include <iostream>
#include <nlohmann/json.hpp>

#include "envtool/formats/pep/file_name.hpp"
#include "envtool/formats/pep/metadata.hpp"
#include "envtool/formats/pep/record.hpp"
#include "envtool/formats/pep/tags.hpp"

namespace {

using nlohmann::json;
using namespace envtool;
using namespace envtool::pep;

std::string text_of(const json& question, const char* key = "text") {
  return question.at(key).get<std::string>();
}

/// Errors become {"error": sentence}; values go through `show`.
template <class T, class Show>
json answer(const Result<T>& result, Show show) {
  if (!result) return {{"error", result.error().what}};
  return show(*result);
}

json show_version(const Version& v) {
  static constexpr const char* kNames[] = {"a", "b", "rc"};
  const auto parts = v.parts();
  json out = {{"str", v.str()},
              {"is_prerelease", v.is_prerelease()},
              {"is_postrelease", v.is_postrelease()},
              {"is_devrelease", v.is_devrelease()},
              {"base_version", v.base()},
              {"public", v.without_local().str()}};
  out["pre"] =
      parts.pre ? json(kNames[static_cast<int>(*parts.pre)] + std::string(parts.pre_number)) : json();
  out["post"] = parts.post ? json(std::string(*parts.post)) : json();
  out["dev"] = parts.dev ? json(std::string(*parts.dev)) : json();
  out["epoch"] = std::string(parts.epoch);
  const auto str = v.str();
  out["local"] = v.has_local() ? json(str.substr(str.find('+') + 1)) : json();
  return out;
}

json compare(const json& q) {
  const auto a = Version::parse(text_of(q, "a"));
  const auto b = Version::parse(text_of(q, "b"));
  if (!a || !b) return {{"error", "not a version"}};
  const auto order = *a <=> *b;
  if ((order == 0) != (*a == *b)) return {{"error", "<=> and == disagree"}};
  if (order == 0 && a->hash() != b->hash()) return {{"error", "equal versions, unequal hashes"}};
  return {{"order", order < 0 ? -1 : order > 0 ? 1 : 0}};
}

json contains(const json& q) {
  const auto set = SpecifierSet::parse(text_of(q, "set"));
  if (!set) return {{"error", set.error().what}};
  const auto policy = q.at("prereleases").get<bool>() ? Prereleases::allow : Prereleases::forbid;
  const auto item = text_of(q, "item");
  const auto version = Version::try_parse(item);
  const bool is_version = q.value("is_version", false);
  const bool holds = is_version ? set->contains(*version, policy) : set->contains_text(item, policy);
  json out = {{"contains", holds}};
  bool arbitrary = false;
  for (const auto& clause : set->clauses()) arbitrary = arbitrary || clause.op() == Operator::arbitrary;
  // The promise to the solver, checked on every question that has it.
  if (version && !arbitrary &&
      set->ranges().contains(*version) != set->contains(*version, Prereleases::allow))
    return {{"error", "ranges and contains disagree"}};
  return out;
}

json evaluate(const json& q) {
  const auto marker = Marker::parse(text_of(q, "marker"));
  if (!marker) return {{"error", marker.error().what}};
  const auto& e = q.at("environment");
  MarkerEnvironment environment;
  environment.implementation_name = text_of(e, "implementation_name");
  environment.implementation_version = text_of(e, "implementation_version");
  environment.os_name = text_of(e, "os_name");
  environment.platform_machine = text_of(e, "platform_machine");
  environment.platform_python_implementation = text_of(e, "platform_python_implementation");
  environment.platform_release = text_of(e, "platform_release");
  environment.platform_system = text_of(e, "platform_system");
  environment.platform_version = text_of(e, "platform_version");
  environment.python_full_version = text_of(e, "python_full_version");
  environment.python_version = text_of(e, "python_version");
  environment.sys_platform = text_of(e, "sys_platform");
  const MarkerSelection selection{q.at("extras").get<std::set<std::string>>(),
                                  q.at("groups").get<std::set<std::string>>()};
  return answer(marker->evaluate(environment, selection), [](bool holds) { return json{{"holds", holds}}; });
}

json show_requirement(const Requirement& r) {
  return {{"name", r.name},
          {"extras", r.extras},
          {"specifier", r.specifier.str()},
          {"url", r.url ? json(*r.url) : json()},
          {"marker", r.marker ? json(r.marker->str()) : json()},
          {"str", r.str()}};
}

template <class T>
json equal(const json& q) {
  const auto a = T::parse(text_of(q, "a"));
  const auto b = T::parse(text_of(q, "b"));
  if (!a || !b) return {{"error", "does not parse"}};
  return {{"equal", *a == *b}};
}

json show_tags(const std::vector<Tag>& tags) {
  json out = json::array();
  for (const auto& tag : tags) out.push_back(tag.str());
  return {{"tags", out}};
}

json supported(const json& q) {
  auto target = TagTarget::of(text_of(q, "python"), text_of(q, "libc"), text_of(q, "machine"));
  if (!target) return {{"error", target.error().what}};
  target->free_threaded = q.at("free_threaded").get<bool>();
  const auto tags = supported_tags(*target);
  const TagRanks ranks(*target);
  for (std::size_t i = 0; i < tags.size(); ++i)
    if (ranks.rank(tags[i].python, tags[i].abi, tags[i].platform) != i)
      return {{"error", "rank of " + tags[i].str()}};
  return show_tags(tags);
}

json show_wheel(const WheelName& w) {
  const auto tags = parse_tag(w.pythons + "-" + w.abis + "-" + w.platforms);
  json out = show_tags(*tags);
  out["name"] = w.name;
  out["version"] = w.version.str();
  out["build"] = w.build ? json::array({w.build->digits, w.build->rest}) : json::array();
  return out;
}

json show_metadata(const Metadata& m) {
  json requires_dist = json::array();
  for (const auto& r : m.requires_dist) requires_dist.push_back(r.str());
  return {{"name", m.name},
          {"version", m.version.str()},
          {"requires_dist", requires_dist},
          {"requires_python", m.requires_python ? json(m.requires_python->str()) : json()},
          {"provides_extra", m.provides_extra},
          {"dynamic", m.dynamic},
          {"defects", m.defects.size()}};
}

json reply(const json& q) {
  const auto op = text_of(q, "op");
  if (op == "version") return answer(Version::parse(text_of(q)), show_version);
  if (op == "compare") return compare(q);
  if (op == "specifier")
    return answer(Specifier::parse(text_of(q)), [](const Specifier& s) {
      return json{{"str", s.str()},
                  {"operator", text(s.op())},
                  {"version", s.operand()},
                  {"prereleases", s.mentions_prerelease()}};
    });
  if (op == "specifiers")
    return answer(SpecifierSet::parse(text_of(q)), [](const SpecifierSet& s) {
      return json{{"str", s.str()}};
    });
  if (op == "contains") return contains(q);
  if (op == "unsatisfiable")
    return answer(SpecifierSet::parse(text_of(q)), [](const SpecifierSet& s) {
      return json{{"empty", s.ranges().empty()}};
    });
  if (op == "marker")
    return answer(Marker::parse(text_of(q)), [](const Marker& m) { return json{{"str", m.str()}}; });
  if (op == "evaluate") return evaluate(q);
  if (op == "requirement") return answer(Requirement::parse(text_of(q)), show_requirement);
  if (op == "equal") {
    const auto kind = text_of(q, "kind");
    if (kind == "Specifier") return equal<Specifier>(q);
    if (kind == "SpecifierSet") return equal<SpecifierSet>(q);
    if (kind == "Marker") return equal<Marker>(q);
    return equal<Requirement>(q);
  }
  if (op == "tag") return answer(parse_tag(text_of(q)), show_tags);
  if (op == "supported") return supported(q);
  if (op == "name") return {{"name", normalize_name(text_of(q))}};
  if (op == "valid_name") return {{"valid", is_valid_name(text_of(q))}};
  if (op == "is_normalized") return {{"normalized", is_normalized_name(text_of(q))}};
  if (op == "wheel") return answer(WheelName::parse(text_of(q)), show_wheel);
  if (op == "sdist")
    return answer(SdistName::parse(text_of(q)), [](const SdistName& s) {
      return json{{"name", s.name}, {"version", s.version.str()}};
    });
  if (op == "metadata") return answer(Metadata::parse(text_of(q)), show_metadata);
  return {{"error", "unknown question " + op}};
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    json out;
    try {
      out = reply(json::parse(line));
    } catch (const std::exception& e) {
      out = {{"error", std::string("driver: ") + e.what()}};
    }
    std::cout << out.dump(-1, ' ', true, json::error_handler_t::replace) << '\n';
  }
}
