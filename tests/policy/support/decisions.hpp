// What tests of decisions are made of: facts about one recipient, and the example policy.
#pragma once

#include "policy/decision/decide.hpp"
#include "tests/policy/support/policies.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <utility>

namespace sealgate::policy {

inline found_tag tag_of(rank r) { return {.tag = "tag", .classification = r, .where = carrier::subject}; }

inline recipient_facts to(const char* address, key_state state = key_state::missing) {
    return {.who = parse_address(address),
            .seen = visibility::visible,
            .key = {.state = state, .fingerprint = {}},
            .to_them = addressed::unverifiable};
}

struct decided {
    outcome what;
    reason why; // of the first recipient
    bool operator==(const decided&) const = default;
};
inline void PrintTo(const decided& d, std::ostream* out) { *out << name_of(d.what) << "/" << name_of(d.why); }

inline decided decide_for(const policy& rules, const facts& known) {
    const auto made = decide(rules, known);
    return {made.what, made.recipients.at(0).why};
}

inline facts confidential_to(recipient_facts recipient, protection brought = protection::none) {
    facts known;
    known.findings.tags = {tag_of(2)};
    known.brought = brought;
    known.recipients = {std::move(recipient)};
    return known;
}

class Decide : public testing::Test {
protected:
    policy rules = load_or_fail(example_policy);
};

inline found_tag header_tag_of(rank r) { return {.tag = "tag", .classification = r, .where = carrier::header}; }

} // namespace sealgate::policy
