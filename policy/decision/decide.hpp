// The whole policy as one function (contract.md section 4): facts in, decision out, nothing else looked at.
//
// Total: every combination of facts has a decision. Monotone: a further recipient, tag of a tagged message, near miss, or
// knowledge of the thread never makes the outcome milder. (Where a tag is asked for, it helps: the first one in the Subject of
// a reply, or beside a word that only looks like a tag; and the thread's own under `downgrade: reject`.)
#pragma once

#include "policy/decision/facts.hpp"
#include "policy/decision/recipient.hpp"
#include "policy/decision/split.hpp"
#include "policy/rules/policy.hpp"
#include "policy/rules/reason.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace sealgate::policy {

// A message that answers a more sensitive one than it says itself.
struct thread_decision {
    rank classification; // of what it answers
    thread_sign known_by;
    thread_effect effect;
    bool operator==(const thread_decision&) const = default;
};

struct decision {
    std::optional<rank> classification; // none: untagged, and the policy refuses that
    std::optional<thread_decision> thread;
    outcome what = outcome::reject; // the strictest over the recipients
    std::vector<recipient_decision> recipients;
    std::vector<std::size_t> near_misses;     // those of the facts that matter to somebody, by their places
    split forms;                              // who gets which form; empty unless the outcome is seal
    std::vector<std::string> further_readers; // fingerprints: who can read what is sealed, beside its recipients
    std::vector<address> archive;             // who gets the original too; empty unless the message goes out
    std::uint64_t most_octets = 0;            // which size it is refused for, if one is the reason
    std::optional<reason> failure;            // why `what` is defer: could not be made surely, or not be carried out
};

decision decide(const policy& rules, const facts& known);

// Whether the classification is that of what the message answers.
bool counts_as_thread(const decision& made);
// Whether it goes as less sensitive than that, since it is tagged so.
bool is_lowered(const decision& made);

// By their places: those for whom a published key would let the mail go, encrypted. None where it is refused or held anyway:
// whoever is asked for a key learns who is written to. What an administrator disabled, or bound to the address, stays so.
std::vector<std::size_t> recipients_to_look_up(const decision& made);

// The sources of keys that the row uses which decided about a recipient; `own` among them.
const std::vector<key_source>& sources_for(const policy& rules, const recipient_decision& one);

// The same decision, to be tried again: what it needs is not there now.
decision deferred(decision made, reason why);

// The same decision, of a seal, where that makes too much of it: `too_large_sealed` or `too_many_copies`. Nobody gets
// anything; those are refused who would have got what is too large.
decision refused_for_size(decision made, reason why, std::uint64_t most_octets);

// What the message says, with those of its near misses that matter.
tag_findings findings_that_matter(const facts& known, const decision& made);

} // namespace sealgate::policy
