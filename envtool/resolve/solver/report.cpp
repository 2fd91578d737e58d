#include "envtool/resolve/solver/report.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "envtool/resolve/solver/phrases.hpp"
#include "envtool/support/text.hpp"

namespace envtool::resolve::solver {
namespace {

using NodeId = IncompatibilityId;

/// A conclusion that reads like one of its premises (what was ruled out is a version that nobody can use
/// anyway) says nothing new: those who build on it build on the premise. The root stays the last node.
std::vector<Derivation::Node> without_repetition(const Derivation& derivation, const Phrasebook& words) {
  std::vector<Derivation::Node> nodes = derivation.nodes;
  std::vector<NodeId> stands_for(nodes.size());
  for (NodeId id = 0; id < nodes.size(); ++id) {
    stands_for[id] = id;
    nodes[id].users = 0;
    if (!nodes[id].derived()) continue;
    Cause& cause = nodes[id].cause;
    cause.left = stands_for[cause.left];
    cause.right = stands_for[cause.right];
    const std::string text = clause(nodes[id], words);
    for (NodeId premise : {cause.left, cause.right})
      if (clause(nodes[premise], words) == text) stands_for[id] = premise;
  }
  for (NodeId id = static_cast<NodeId>(nodes.size()); id-- > 0;) {
    const bool used = id + 1 == nodes.size() || nodes[id].users > 0;
    if (!used || !nodes[id].derived()) continue;
    ++nodes[nodes[id].cause.left].users;
    ++nodes[nodes[id].cause.right].users;
  }
  return nodes;
}

/// Walks the derivation, causes first, one sentence for each derived node that is not folded into another.
class Writer {
 public:
  Writer(const Derivation& derivation, const Phrasebook& words)
      : nodes_(without_repetition(derivation, words)), words_(words) {}

  std::vector<std::string> run() {
    const auto last = static_cast<NodeId>(nodes_.size() - 1);
    if (nodes_[last].derived()) visit(last);
    else sentences_.push_back(clause(nodes_[last], words_) + ".");
    return std::move(sentences_);
  }

 private:
  [[nodiscard]] bool derived(NodeId id) const { return nodes_[id].derived(); }
  [[nodiscard]] bool simple(NodeId id) const {
    return derived(id) && !derived(nodes_[id].cause.left) && !derived(nodes_[id].cause.right);
  }

  void visit(NodeId id) {
    if (said_.contains(id)) return;
    NodeId left = nodes_[id].cause.left, right = nodes_[id].cause.right;
    if (derived(left) && derived(right)) visit_branches(id, left, right);
    else if (derived(left) || derived(right))
      visit_chain(id, derived(left) ? left : right, derived(left) ? right : left);
    else say(id, "because " + both(left, right));
  }

  /// Two arguments meet: the longer first, so that the shorter one stands next to the conclusion.
  void visit_branches(NodeId id, NodeId left, NodeId right) {
    if (simple(left) && !simple(right)) std::swap(left, right);
    visit(left);
    const bool adjacent = last_ == left;
    if (adjacent && simple(right) && !said_.contains(right)) {
      visit(right);
      return say(id, "so");
    }
    visit(right);
    if (last_ == right) return say(id, "and because " + name(left));
    say(id, "because " + name(left) + " and " + name(right));
  }

  /// An argument is carried on by one more fact.
  void visit_chain(NodeId id, NodeId argument, NodeId added) {
    const auto& cause = nodes_[argument].cause;
    const bool chain = derived(cause.left) != derived(cause.right);
    if (!said_.contains(argument) && chain && nodes_[argument].users == 1) {
      const NodeId earlier = derived(cause.left) ? cause.left : cause.right;
      const NodeId fact = derived(cause.left) ? cause.right : cause.left;
      visit(earlier);
      return say(id,
                 (last_ == earlier ? "and because " : "because " + name(earlier) + ", ") + both(fact, added));
    }
    visit(argument);
    if (last_ == argument) return say(id, "and because " + clause(nodes_[added], words_));
    say(id, "because " + name(argument) + " and " + clause(nodes_[added], words_));
  }

  /// Two facts; one that starts as the other is said once.
  std::string both(NodeId left, NodeId right) {
    if (is_root_fact(right) && !is_root_fact(left)) std::swap(left, right);
    return clause(nodes_[left], words_) + " and " + clause(nodes_[right], words_);
  }
  [[nodiscard]] bool is_root_fact(NodeId id) const {
    return nodes_[id].cause.kind == CauseKind::dependency && nodes_[id].cause.package == words_.root();
  }

  void say(NodeId id, std::string reason) {
    reason[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(reason[0])));
    std::string text = reason + (reason == "So" ? " " : ", ") + clause(nodes_[id], words_);
    said_[id] = sentences_.size();
    if (nodes_[id].users > 1) number(id, text);
    sentences_.push_back(text + ".");
    last_ = id;
  }

  void number(NodeId id, std::string& text) {
    numbers_[id] = ++count_;
    text += " (" + std::to_string(count_) + ")";
  }

  /// A conclusion that was reached some sentences ago.
  std::string name(NodeId id) {
    std::string text = clause(nodes_[id], words_);
    auto said = said_.find(id);
    if (said != said_.end() && !numbers_.contains(id)) {
      std::string& sentence = sentences_[said->second];
      sentence.pop_back();
      number(id, sentence);
      sentence += ".";
    }
    return text + " (" + std::to_string(numbers_[id]) + ")";
  }

  std::vector<Derivation::Node> nodes_;
  const Phrasebook& words_;
  std::vector<std::string> sentences_;
  std::map<NodeId, std::size_t> said_;
  std::map<NodeId, int> numbers_;
  std::optional<NodeId> last_;
  int count_ = 0;
};

/// More sentences than this nobody follows.
constexpr std::size_t kReadable = 5;

using Facts = std::vector<const Derivation::Node*>;

/// Of two facts that say the same about more and fewer versions the wider stays; of what cannot be used, what
/// is said of the newest version.
void add_fact(Facts& facts, const Derivation::Node& node) {
  const Cause& mine = node.cause;
  for (const Derivation::Node*& other : facts) {
    const Cause& theirs = other->cause;
    if (mine.kind == CauseKind::no_version) {
      if (mine.versions.highest() > theirs.versions.highest()) other = &node;
      return;
    }
    if (mine.dependency.requirement != theirs.dependency.requirement) continue;
    if (mine.versions.subset_of(theirs.versions)) return;
    if (!theirs.versions.subset_of(mine.versions)) continue;
    other = &node;
    return;
  }
  facts.push_back(&node);
}

/// The facts alone, those of one kind about one pair of packages together.
std::vector<std::string> summary(const Derivation& derivation, const Phrasebook& words) {
  std::map<std::tuple<bool, CauseKind, PackageId, PackageId>, Facts> groups;
  for (const auto& node : derivation.nodes) {
    const Cause& cause = node.cause;
    if (node.derived() || cause.kind == CauseKind::root) continue;
    const bool changeable = cause.kind == CauseKind::dependency && words.changeable(cause).has_value();
    const PackageId package = changeable ? words.root() : cause.package;
    Facts& facts = groups[{!changeable, cause.kind, package, cause.dependency.package}];
    // A constraint is the same one for every package that it meets.
    if (changeable && std::any_of(facts.begin(), facts.end(), [&](const auto* other) {
          return other->cause.dependency.requirement == cause.dependency.requirement;
        }))
      continue;
    add_fact(facts, node);
  }
  std::vector<std::string> lines{"these do not go together:"};
  const auto say = [&](const Derivation::Node* node) { lines.push_back("- " + clause(*node, words)); };
  for (const auto& [key, facts] : groups) {
    say(facts.front());
    if (facts.size() > 3)
      lines.push_back("- … and " + std::to_string(facts.size() - 2) + " more in the same way, up to");
    else if (facts.size() == 3) say(facts[1]);
    if (facts.size() > 1) say(facts.back());
  }
  return lines;
}

std::vector<std::string> advice(const Derivation& derivation, const Phrasebook& words) {
  std::set<std::string> changeable;
  for (const auto& node : derivation.nodes)
    if (node.cause.kind == CauseKind::dependency)
      if (auto what = words.changeable(node.cause)) changeable.insert(std::move(*what));
  std::vector<std::string> list(changeable.begin(), changeable.end());
  if (list.empty()) return {};
  if (list.size() == 1) return {"change or remove " + list[0]};
  return {"relax or remove one of " + enumerate(list)};
}

}  // namespace

Report report(const Derivation& derivation, const Phrasebook& words) {
  Report made{.sentences = {}, .proof = Writer(derivation, words).run(), .advice = advice(derivation, words)};
  made.sentences = made.proof.size() > kReadable ? summary(derivation, words) : made.proof;
  return made;
}

}  // namespace envtool::resolve::solver
