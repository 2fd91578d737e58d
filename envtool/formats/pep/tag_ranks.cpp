#include <array>
#include <limits>

#include "envtool/formats/pep/tags.hpp"

namespace envtool::pep {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kMostAlternatives = 16;

}  // namespace

/// The known alternatives of one compressed field; unknown ones cannot help.
struct TagRanks::Ids {
  std::array<std::uint32_t, kMostAlternatives> ids{};
  std::size_t count = 0;
};

TagRanks::TagRanks(const TagTarget& target) : TagRanks(supported_tags(target)) {}

TagRanks::TagRanks(const std::vector<Tag>& best_first) : count_(best_first.size()) {
  struct Triple {
    std::uint32_t python, abi, platform;
  };
  std::vector<Triple> triples;
  triples.reserve(best_first.size());
  for (const auto& tag : best_first)
    triples.push_back(
        {intern(pythons_, tag.python), intern(abis_, tag.abi), intern(platforms_, tag.platform)});
  ranks_.assign(pythons_.size() * abis_.size() * platforms_.size(), kNone);
  for (std::uint32_t rank = 0; rank < triples.size(); ++rank) {
    const auto& t = triples[rank];
    auto& cell = ranks_[(t.python * abis_.size() + t.abi) * platforms_.size() + t.platform];
    if (cell == kNone) cell = rank;
  }
}

std::uint32_t TagRanks::intern(Intern& table, const std::string& text) {
  return table.try_emplace(text, static_cast<std::uint32_t>(table.size())).first->second;
}

void TagRanks::collect(const Intern& table, std::string_view compressed, Ids& out) const {
  while (!compressed.empty() && out.count < kMostAlternatives) {
    const auto end = compressed.find('.');
    if (const auto found = table.find(compressed.substr(0, end)); found != table.end())
      out.ids[out.count++] = found->second;
    if (end == std::string_view::npos) return;
    compressed.remove_prefix(end + 1);
  }
}

std::optional<std::uint32_t> TagRanks::rank(std::string_view pythons, std::string_view abis,
                                            std::string_view platforms) const {
  // Most files of an index page are for another platform: those end here after one look-up.
  Ids platform_ids, python_ids, abi_ids;
  collect(platforms_, platforms, platform_ids);
  if (platform_ids.count == 0) return std::nullopt;
  collect(pythons_, pythons, python_ids);
  collect(abis_, abis, abi_ids);
  auto best = kNone;
  for (std::size_t p = 0; p < python_ids.count; ++p)
    for (std::size_t a = 0; a < abi_ids.count; ++a)
      for (std::size_t l = 0; l < platform_ids.count; ++l)
        best = std::min(best, ranks_[(python_ids.ids[p] * abis_.size() + abi_ids.ids[a]) * platforms_.size() +
                                     platform_ids.ids[l]]);
  if (best == kNone) return std::nullopt;
  return best;
}

}  // namespace envtool::pep
