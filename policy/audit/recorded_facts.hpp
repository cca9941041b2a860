// The facts of a decision as its record tells them (audit/record.hpp, read backwards), so that another policy can decide about
// them by decide() itself.
//
// A record holds no Subject, so that words which only another policy knows are not found; and of each recipient the one key
// that was chosen. Where an earlier version wrote less, what the reasons say is taken, and a gap names the rest. Pure.
// Tested by audit/recorded_facts_test.
#pragma once

#include "policy/base/names.hpp"
#include "policy/decision/decide.hpp"
#include "policy/decision/facts.hpp"

#include <boost/json/object.hpp>

#include <array>
#include <cstdint>
#include <expected>
#include <set>
#include <string>
#include <vector>

namespace sealgate::policy {

// What a record does not hold, and this policy asks for.
enum class gap : std::uint8_t {
    unreadable,   // no time, no outcome, no recipient: nothing can be decided
    deferred,     // no decision: the mail was to come again
    hidden,       // an address under a hash, in a tier that this policy has not
    not_the_same, // this very policy decided, and what the log holds does not come to the same
    tier_kept,    // an address under a hash: its tier is the one that it was in
    tag_unknown,  // a tag that this policy has not
    key_unknown,  // a key from a source that this policy does not use: whether there is another one is not known
    key_unsought, // no usable key: whether one is published, or weak by this policy, is not known
    addressed,    // mail that came encrypted: whether to this recipient is not known
    earlier       // an earlier version wrote it, and another policy decided: what mattered to that alone is known
};

constexpr auto names(gap) {
    using enum gap;
    return std::to_array<named<gap>>({{unreadable, "unreadable"},
                                      {deferred, "deferred"},
                                      {hidden, "hidden"},
                                      {not_the_same, "not-the-same"},
                                      {tier_kept, "tier-kept"},
                                      {tag_unknown, "tag-unknown"},
                                      {key_unknown, "key-unknown"},
                                      {key_unsought, "key-unsought"},
                                      {addressed, "addressed"},
                                      {earlier, "earlier-version"}});
}

struct recorded_facts {
    facts known;
    std::set<gap> gaps;                    // what was taken as it seems
    std::vector<std::string> unknown_tags; // that this policy has not
};

// Of a record of a decision; the error says why nothing can be decided about it.
std::expected<recorded_facts, gap> facts_in(const boost::json::object& record, const policy& rules);

// decide(), and refused for its size whoever was: that is known of what was made of the mail, and not of what another policy
// would make.
decision decide_again(const policy& rules, const facts& known, const boost::json::object& record);

} // namespace sealgate::policy
