// The trees that checkpoints sign, grown again by the log's records as they are read: whether each comes to the root that was
// signed. Part of log_proof.
// Tested by proof/log_proof_test.
#pragma once

#include "policy/proof/checkpoint.hpp"
#include "policy/proof/merkle.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// How the tree that begins with record `first` stood before `record`, where it begins earlier than the log at hand; nothing
// where that is not known.
using tree_before = std::function<std::optional<growing_tree>(std::uint64_t first, std::uint64_t record)>;

class followed_trees {
public:
    // `log_begins`: the first record that will come. Trees are as many as the signing gateway began; no more than a few are
    // followed.
    followed_trees(const std::vector<checkpoint>& known, std::uint64_t log_begins, const tree_before& before);

    // The next record's line.
    void add(std::uint64_t record, std::string_view line);

    // Of a checkpoint at the last record.
    enum class fit : std::uint8_t { fits, differs, unknown };
    fit hold(const record_tree& is_signed) const;
    // Whether its first hashes came from `before`.
    bool rests_on_others(const record_tree& one) const { return one.first < log_begins_; }

private:
    std::uint64_t log_begins_;
    std::map<std::uint64_t, std::optional<growing_tree>> by_first_; // nothing: not begun, or not known
};

} // namespace sealgate::policy
