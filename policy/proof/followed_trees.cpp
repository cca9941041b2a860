#include "policy/proof/followed_trees.hpp"

namespace sealgate::policy {

followed_trees::followed_trees(const std::vector<checkpoint>& known, std::uint64_t log_begins, const tree_before& before)
    : log_begins_(log_begins) {
    constexpr std::size_t most_trees = 16;
    for (const auto& one : known) {
        if (!one.tree || by_first_.contains(one.tree->first) || by_first_.size() == most_trees) continue;
        const auto first = one.tree->first;
        by_first_.emplace(first, first < log_begins && before ? before(first, log_begins) : std::nullopt);
    }
}

void followed_trees::add(std::uint64_t record, std::string_view line) {
    std::optional<tree_hash> leaf;
    for (auto& [first, tree] : by_first_) {
        if (first == record) tree.emplace();
        if (!tree) continue;
        if (!leaf) leaf = leaf_hash(line);
        tree->add(*leaf);
    }
}

followed_trees::fit followed_trees::hold(const record_tree& is_signed) const {
    const auto at = by_first_.find(is_signed.first);
    if (at == by_first_.end() || !at->second) return fit::unknown;
    const bool same = at->second->leaves() == is_signed.head.leaves && at->second->root() == is_signed.head.root;
    return same ? fit::fits : fit::differs;
}

} // namespace sealgate::policy
