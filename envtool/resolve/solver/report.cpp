#include "envtool/resolve/solver/report.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "envtool/resolve/solver/phrases.hpp"
#include "envtool/support/text.hpp"

namespace envtool::resolve::solver {
namespace {

using NodeId = IncompatibilityId;

/// Walks the derivation, causes first, one sentence for each derived node that is not folded into another.
class Writer {
 public:
  Writer(const Derivation& derivation, const Phrasebook& words) : nodes_(derivation.nodes), words_(words) {}

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

  const std::vector<Derivation::Node>& nodes_;
  const Phrasebook& words_;
  std::vector<std::string> sentences_;
  std::map<NodeId, std::size_t> said_;
  std::map<NodeId, int> numbers_;
  std::optional<NodeId> last_;
  int count_ = 0;
};

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
  return {Writer(derivation, words).run(), advice(derivation, words)};
}

}  // namespace envtool::resolve::solver
