// What a report tells of a period, as numbers: filled by policy/report/tally.hpp, drawn by the page. Plain values. Pure.
// Tested by report/tally_test.
#pragma once

#include "policy/audit/pseudonym.hpp"
#include "policy/base/names.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/report/bounded_map.hpp"
#include "policy/report/wanted.hpp"
#include "policy/rules/vocabulary.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace sealgate::policy {

using whole_hour = std::chrono::sys_time<std::chrono::hours>;

constexpr std::size_t most_keys = 100'000;
constexpr std::size_t most_classifications = 16;
constexpr std::size_t most_changes = 1000;

// What decisions have in common that are counted together.
struct kind_of_mail {
    std::string classification; // empty: it has none
    sealgate::policy::mode how = sealgate::policy::mode::enforce;
    outcome what = outcome::deliver;
    auto operator<=>(const kind_of_mail&) const = default;
};
using counts_of_mail = std::map<kind_of_mail, std::uint64_t>;
using counts_by_outcome = std::array<std::uint64_t, 6>; // in the order of the outcomes

std::uint64_t sum(const counts_by_outcome& counts);

// What was done to recipients; `watched` is what a gateway in monitor mode would have done, whichever of the three.
struct effects {
    std::uint64_t warned = 0, refused = 0, held = 0, watched = 0;
    std::uint64_t all() const { return warned + refused + held + watched; }
};

struct near_miss_count {
    std::uint64_t refused = 0, held = 0, passed = 0, watched = 0;
    std::uint64_t all() const { return refused + held + passed + watched; }
};

// A cell of the policy, and why its result was what it was.
struct rule_cell {
    std::string classification, tier, action, reason;
    auto operator<=>(const rule_cell&) const = default;
};

// What is told of the gateway itself. `unclean`: it started without having stopped.
enum class change_kind : std::uint8_t { policy, mode, keys, start, unclean, stop, reload, repair, clock, other };
constexpr auto names(change_kind) {
    using enum change_kind;
    return std::to_array<named<change_kind>>({{policy, "policy"},
                                              {mode, "mode"},
                                              {keys, "keys"},
                                              {start, "start"},
                                              {unclean, "unclean-start"},
                                              {stop, "stop"},
                                              {reload, "reload"},
                                              {repair, "repair"},
                                              {clock, "clock"},
                                              {other, "other"}});
}
struct change {
    wall_time when;
    change_kind kind;
    std::string what;                                // for people
    std::string policy_before = {}, policy_now = {}; // digests, where it is the policy that changed
};

struct numbers {
    explicit numbers(std::size_t most); // of each, of what comes from mails

    std::uint64_t unreadable = 0; // lines that are neither a decision nor an event; of the whole log
    std::uint64_t recipients = 0;
    std::uint64_t near_misses = 0;        // messages that have one or several
    ways_of_naming ways;                  // of those who are counted by address
    std::optional<wall_time> first, last; // of the decisions that are counted
    counts_of_mail totals;
    bounded<whole_hour, counts_of_mail> by_hour;
    bounded<std::string, effects> reasons;                         // of recipients refused or held
    bounded<std::string, std::uint64_t> failures;                  // of messages deferred
    bounded<std::pair<std::string, std::string>, effects> domains; // domain, tier: warned about or refused for what they are
    // Of the same recipients, by who wrote to them: sender, domain.
    bounded<std::pair<std::string, std::string>, effects> insecure_senders;
    bounded<std::string, counts_by_outcome> senders; // of messages under the policy
    wanted_keys wanted;
    bounded<std::pair<std::string, std::string>, near_miss_count> suggestions; // tag meant, carrier
    // In monitor mode: what would have become of messages by sender, and of recipients by rule and domain.
    bounded<std::string, counts_by_outcome> watched_senders, watched_domains;
    bounded<rule_cell, counts_by_outcome> watched_rules;

    std::deque<change> changes; // the latest ones
    std::map<change_kind, std::uint64_t> changes_by_kind;
};

// Of all kinds that `holds` is true for.
std::uint64_t sum(const counts_of_mail& of, const auto& holds) {
    std::uint64_t out = 0;
    for (const auto& [kind, number] : of)
        if (holds(kind)) out += number;
    return out;
}

} // namespace sealgate::policy
