// What another policy would have done with the mail that the log tells of: decide() itself, asked again with the facts of each
// record (audit/recorded_facts), and what differs from what was done, counted. Pure; memory is bounded as a tally's is.
// Tested by report/simulation_test.
#pragma once

#include "policy/audit/recorded_facts.hpp"
#include "policy/report/bounded_map.hpp"
#include "policy/report/numbers.hpp"
#include "policy/rules/policy.hpp"

#include <boost/json/object.hpp>

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::policy {

// How many there were, and the ids of the first few decisions.
struct sample {
    std::uint64_t number = 0;
    std::vector<std::string> ids = {};

    void add(std::string_view id);
};

struct outcome_change {
    outcome was, would_be;
    auto operator<=>(const outcome_change&) const = default;
};

// Of recipients: the cell of the other policy, and what it came to.
struct rule_change {
    std::string classification, tier; // as the other policy calls them; no classification: untagged, and that is refused
    outcome was, would_be;
    reason why; // it would be that
    auto operator<=>(const rule_change&) const = default;
};

struct direction {
    std::uint64_t stricter = 0, milder = 0;
    std::uint64_t all() const { return stricter + milder; }
};

struct simulated {
    explicit simulated(std::size_t most); // of each, of what comes from mails

    std::string digest; // of the other policy
    std::uint64_t decisions = 0, alike = 0;
    direction differing;                       // decisions; one that is both, for different recipients, counts in each
    std::optional<wall_time> first, last;      // of the decisions
    std::map<outcome_change, sample> outcomes; // of messages that differ
    bounded<rule_change, sample> rules;        // of recipients that differ
    bounded<std::string, direction> senders;   // of messages
    bounded<std::string, direction> domains;   // of recipients
    std::map<gap, sample> gaps;                // decisions that the log does not hold all of
    bounded<std::string, std::uint64_t> unknown_tags;

    std::uint64_t differ() const { return decisions - alike; }
};

class simulation {
public:
    // `another`: outlives this. Counted is what lies in [since, until).
    simulation(const policy& another, std::optional<wall_time> since, std::optional<wall_time> until,
               std::size_t most = most_keys);

    void add(const boost::json::object& record);

    const simulated& counted() const { return counted_; }

private:
    void compare(const boost::json::object& record, const decision& again, std::string_view id);

    const policy& rules_;
    std::optional<wall_time> since_, until_;
    simulated counted_;
};

// "decisions … are left out", behind their number.
std::string_view said(gap what);

// What no log holds, in any case: a sentence each.
std::vector<std::string_view> never_held();

} // namespace sealgate::policy
