// Certificates that cannot be read, or not be looked up, and what waits for them; and who is looked up at all.
#include "policy/decision/decide.hpp"
#include "tests/policy/support/decisions.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Doubt, EncryptedMailThatNobodyCanTellForItsRecipientWaitsWhereItWouldBeRefused) {
    auto rules = load_or_fail(example_policy);
    facts known;
    known.findings.tags = {{.tag = "confidential", .classification = 2, .where = carrier::subject}};
    known.brought = protection::pgp_mime;
    known.recipients = {{.who = parse_address("bob@yahoo.com"),
                         .seen = visibility::visible,
                         .key = {.state = key_state::missing, .fingerprint = {}, .in_doubt = true},
                         .to_them = addressed::unverifiable}};
    EXPECT_EQ(decide(rules, known).what, outcome::warn);
    rules.encryption.unverifiable = unverifiable_action::reject;
    EXPECT_EQ(decide(rules, known).what, outcome::defer);
    known.recipients[0].key.in_doubt = false;
    EXPECT_EQ(decide(rules, known).what, outcome::reject);
}

TEST_F(Decide, WhatHangsOnKeysThatCannotBeReadIsDeferred) {
    const auto outcome_in_doubt = [&](key_state state, protection brought, addressed to_them) {
        auto known = confidential_to(to("bob@yahoo.com", state), brought);
        known.recipients[0].to_them = to_them;
        known.recipients[0].key.in_doubt = true;
        return decide(rules, known);
    };
    for (const auto no_key : {no_key_action::reject, no_key_action::hold})
        for (const auto state : {key_state::missing, key_state::expired, key_state::weak, key_state::disabled}) {
            rules.encryption.no_key = no_key;
            const auto made = outcome_in_doubt(state, protection::none, addressed::no);
            EXPECT_EQ(made.what, outcome::defer) << name_of(state);
            EXPECT_EQ(made.failure, reason::keys_unreadable) << name_of(state);
        }
    EXPECT_EQ(outcome_in_doubt(key_state::usable, protection::none, addressed::no).what, outcome::seal);
    EXPECT_EQ(outcome_in_doubt(key_state::missing, protection::pgp_mime, addressed::no).what, outcome::defer);
    EXPECT_EQ(outcome_in_doubt(key_state::missing, protection::pgp_mime, addressed::yes).what, outcome::deliver);
    EXPECT_EQ(outcome_in_doubt(key_state::missing, protection::pgp_mime, addressed::passphrase).what, outcome::warn);
}

TEST_F(Decide, WhatHangsOnALookupThatFailedIsDeferred) {
    for (const auto state : {key_state::missing, key_state::expired, key_state::revoked, key_state::weak}) {
        auto known = confidential_to(to("bob@yahoo.com", state));
        known.recipients[0].key.searched = key_search::nothing_found;
        EXPECT_EQ(decide(rules, known).what, outcome::reject) << name_of(state);
        known.recipients[0].key.searched = key_search::failed;
        EXPECT_EQ(decide(rules, known).what, outcome::defer) << name_of(state);
        EXPECT_EQ(decide(rules, known).failure, reason::lookup_failed) << name_of(state);
    }
    auto known = confidential_to(to("bob@yahoo.com", key_state::usable));
    known.recipients[0].key.searched = key_search::failed;
    EXPECT_EQ(decide(rules, known).what, outcome::seal) << "nobody needs the answer any more";
}

// Who is asked for a key learns who is written to.
TEST_F(Decide, NobodyIsLookedUpWhereThatCouldNotHelp) {
    const auto looked_up = [&](const facts& known) { return recipients_to_look_up(decide(rules, known)); };
    auto known = confidential_to(to("bob@yahoo.com"));
    known.recipients.push_back(to("ann@example.org"));
    known.recipients.push_back(to("eve@yahoo.com", key_state::expired));
    known.recipients.push_back(to("kay@yahoo.com", key_state::usable));
    EXPECT_THAT(looked_up(known), ElementsAre(0, 2));
    known.recipients[0].key = {
        .state = key_state::disabled, .fingerprint = "A", .source = key_source::wkd, .standing = key_standing::found};
    EXPECT_THAT(looked_up(known), ElementsAre(0, 2)) << "another one may be published";
    known.recipients[0].key.standing = key_standing::pinned;
    EXPECT_THAT(looked_up(known), IsEmpty()) << "an administrator disabled it, and what is found would wait for a word";
    known.recipients[0].key = {.state = key_state::expired, .fingerprint = "A", .standing = key_standing::bound};
    EXPECT_THAT(looked_up(known), IsEmpty()) << "an administrator said that it is this one";
    known.recipients[0].key = {.state = key_state::missing, .fingerprint = {}, .in_doubt = true};
    EXPECT_THAT(looked_up(known), IsEmpty()) << "deferred";
    auto near = confidential_to(to("bob@yahoo.com"));
    near.recipients.push_back(to("max@example.org"));
    near.read = legibility::too_large;
    EXPECT_THAT(looked_up(near), IsEmpty()) << "refused for another reason too";
    EXPECT_THAT(looked_up(confidential_to(to("bob@yahoo.com"), protection::pgp_mime)), IsEmpty())
        << "not sealed by the gateway";
    known.findings.tags.clear();
    EXPECT_THAT(looked_up(known), IsEmpty()) << "internal needs no key";
}

// A rule may narrow whose keys count; of several that hold for a mail each does.
TEST_F(Decide, ItIsSealedToAKeyThatAllItsRowsAllow) {
    auto narrowed = rules;
    const auto key = [](std::string fingerprint, key_source from) {
        return key_facts{.state = key_state::usable, .fingerprint = std::move(fingerprint), .source = from};
    };
    auto known = confidential_to(to("bob@yahoo.com"));
    auto& bob = known.recipients[0];
    bob.key = key("A", key_source::wkd);
    const auto row = *decide(rules, known).classification;
    narrowed.rules[row].keys = {key_source::own, key_source::vks};
    bob.key_by_rank[row] = key("B", key_source::vks);
    EXPECT_EQ(decide(narrowed, known).recipients[0].key.fingerprint, "B");
    bob.key_by_rank[row] = {};
    EXPECT_EQ(decide(narrowed, known).recipients[0].why, reason::no_key) << "and not to A";
}

} // namespace
} // namespace sealgate::policy
