// What can be proved of an audit log: by its chain (policy/audit/chain.hpp), and by checkpoints
// (policy/proof/checkpoint.hpp) as far as they reach. Fed line by line; remembers the first thing that is wrong,
// and who it is wrong with.
#pragma once

#include "policy/proof/checkpoint.hpp"
#include "policy/proof/followed_trees.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct flaw {
    std::uint64_t record = 0; // the first that was changed, removed, inserted, moved or repeated
    std::string text;         // a phrase for people; names the record
    bool operator==(const flaw&) const = default;
};

class log_proof {
public:
    // Whether a checkpoint counts, as far as the log was followed: its key may have been replaced before.
    using judge = std::function<bool(const checkpoint&)>;

    // Genuine checkpoints, in any order; all count without a judge. The log begins with record `first`: those before it are
    // kept elsewhere; `before` knows of the trees over those.
    explicit log_proof(std::vector<checkpoint> known, std::uint64_t first = 1, judge counts = {},
                       const tree_before& before = {});

    // The next line of the log, without its line end. After a flaw nothing more is looked at.
    void follow(std::string_view line);
    // No line comes any more: what a checkpoint says of later ones is a flaw now.
    void finish();

    const std::optional<flaw>& first_flaw() const { return flaw_; }
    const chain_end& end() const { return end_; }
    // Of trees that were signed and are not those over these records: a phrase each, few of them. `is_certain`: all of the
    // tree's records were followed; else it rests on what `before` told.
    struct tree_problem {
        std::string text;
        bool is_certain;
    };
    const std::vector<tree_problem>& tree_problems() const { return tree_problems_; }
    // Records up to the end of this one are as they were signed; null if no checkpoint fits.
    const checkpoint* last_signed() const { return signed_ ? &*signed_ : nullptr; }

private:
    void begin_before(const link& first);
    flaw diagnose(const link& found) const;
    flaw diagnose_unsigned(const link* next) const;
    void hold_tree(const checkpoint& at);
    std::string unproved(std::uint64_t cut) const;
    void hold_against_checkpoints();
    bool counts(const checkpoint& one) const { return !counts_ || counts_(one); }

    std::vector<checkpoint> known_; // ordered by seq
    std::uint64_t first_;
    judge counts_;
    followed_trees trees_;
    std::size_t next_ = 0; // of known_
    chain_end before_end_; // where the log stood before the last record
    chain_end end_;
    std::optional<checkpoint> signed_;
    std::optional<checkpoint> broken_; // the log is not there where this was signed; the next line tells why
    std::optional<flaw> flaw_;
    std::vector<tree_problem> tree_problems_;
};

} // namespace sealgate::policy
