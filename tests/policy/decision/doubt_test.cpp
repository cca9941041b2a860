// Certificates that cannot be read, and what waits for them.
#include "policy/decision/decide.hpp"
#include "tests/policy/support/policies.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

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

} // namespace
} // namespace sealgate::policy
