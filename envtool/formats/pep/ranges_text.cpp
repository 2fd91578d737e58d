// Ranges as a person would write them.
#include "envtool/formats/pep/ranges.hpp"

namespace envtool::pep {
namespace {

/// "1.3.dev0" as an end stands for "1.3 and what leads to it"; people write 1.3.
std::string show(const Version& version) {
  const auto parts = version.parts();
  if (parts.dev == "0" && !parts.pre && parts.local.empty() && !version.is_point()) {
    const auto text = version.str();
    return text.substr(0, text.rfind(".dev"));
  }
  return version.without_point().str();
}

bool is_one(const VersionInterval& i) {
  return i.lower && i.upper && i.lower_inclusive && i.upper_inclusive &&
         *i.lower == i.upper->without_point() && !i.upper->is_after_posts();
}

/// The version left out between two neighbours, if it is exactly one.
std::optional<std::string> hole(const VersionInterval& before, const VersionInterval& after) {
  if (!before.upper || !after.lower || before.upper_inclusive || after.lower_inclusive) return std::nullopt;
  if (after.lower->is_after_posts() || after.lower->without_point() != *before.upper) return std::nullopt;
  return show(*before.upper);
}

void add(std::string& out, std::string_view separator, std::string_view text) {
  if (!out.empty()) out += separator;
  out += text;
}

}  // namespace

std::string render(const VersionRanges& ranges) {
  if (ranges.empty()) return "no version";
  if (ranges.is_full()) return "any version";
  std::string out;
  const auto& all = ranges.intervals();
  for (std::size_t first = 0; first < all.size();) {
    std::string holes;
    std::size_t last = first;
    for (; last + 1 < all.size(); ++last) {
      const auto left_out = hole(all[last], all[last + 1]);
      if (!left_out) break;
      add(holes, ",", "!=" + *left_out);
    }
    std::string part;
    if (first == last && is_one(all[first])) {
      part = "==" + all[first].lower->str();
    } else {
      if (const auto& low = all[first]; low.lower)
        part = (low.lower_inclusive ? ">=" : ">") + show(*low.lower);
      if (const auto& high = all[last]; high.upper)
        add(part, ",", (high.upper_inclusive ? "<=" : "<") + show(*high.upper));
    }
    if (!holes.empty()) add(part, ",", holes);
    add(out, " or ", part);
    first = last + 1;
  }
  return out;
}

}  // namespace envtool::pep
