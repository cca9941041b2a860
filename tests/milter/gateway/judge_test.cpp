// What serve and explain share: facts observed, keys looked up, a decision made.
#include "milter/gateway/judge.hpp"
#include "tests/keys/support/store_contents.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace sealgate::milter {
namespace {

using policy::outcome;
using policy::reason;

constexpr auto example_policy = R"(organisation:
  name: Example Org
  domains: [example.org]
classifications:
  - {name: internal,     tags: [internal]}
  - {name: confidential, tags: [confidential]}
untagged: internal
near_miss: reject
carriers: {subject: ["[{tag}]"]}
rules:
  internal:     {default: deliver}
  confidential: {organisation: deliver, default: encrypt}
encryption: {always_to: [archive@example.org]}
notices: {from: postmaster@example.org, once_per: 24h}
)";

policy::policy rules_of(std::string_view text) {
    const auto read = [&](const std::string&) -> std::expected<std::string, std::string> { return std::string(text); };
    auto loaded = policy::load_policy("policy.yaml", read);
    if (!loaded)
        for (const auto& problem : loaded.error()) ADD_FAILURE() << problem.to_string();
    return loaded ? *std::move(loaded) : policy::policy{};
}

const keys::time_point now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23)};

keys::stored_certificate certificate_of(char digit, const std::string& address) {
    const std::string fingerprint(40, digit);
    keys::stored_certificate out;
    out.cert.fingerprint = fingerprint;
    out.cert.addresses = {address};
    out.cert.subkeys = {
        {.fingerprint = fingerprint, .key_id = fingerprint.substr(24), .created = {}, .expires = {}, .can_encrypt = true}};
    out.binary = std::make_shared<const std::string>(address);
    return out;
}

class Judge : public testing::Test {
protected:
    Judge() {
        mail.sender = policy::parse_address("ann@example.org");
        mail.recipients = {policy::parse_address("bob@partner.example"), policy::parse_address("carol@partner.example")};
        mail.recipients_dsn.resize(2);
        mail.mail = policy::parse_message("From: ann@example.org\nSubject: [confidential] x\n\nhello\n");
        mail.size = 1000;
    }

    policy::decision decided() const {
        const auto live = make_snapshot(gateway, rules, keys::keyring_of(keys::opened({.certificates = certificates})));
        return observe_and_decide(*live, mail, no_threads, now).made;
    }

    config gateway;
    policy::policy rules = rules_of(example_policy);
    std::vector<keys::stored_certificate> certificates{certificate_of('B', "bob@partner.example"),
                                                       certificate_of('C', "carol@partner.example"),
                                                       certificate_of('A', "archive@example.org")};
    transaction mail;
};

TEST_F(Judge, WhatIsSealedIsSealedToTheOrganisationTooOrWaits) {
    EXPECT_EQ(decided().what, outcome::seal);
    EXPECT_EQ(decided().further_readers, std::vector{std::string(40, 'A')});
    certificates[2].cert.expires = now;
    EXPECT_EQ(decided().what, outcome::defer);
    EXPECT_EQ(decided().failure, reason::organisation_key);
    certificates.pop_back();
    EXPECT_EQ(decided().failure, reason::organisation_key);
    mail.mail = policy::parse_message("From: ann@example.org\nSubject: x\n\nhello\n");
    EXPECT_EQ(decided().what, outcome::deliver) << "who needs no key needs not that one either";
}

// Two hidden recipients cost a copy each.
TEST_F(Judge, MoreThanOneMailMayTakeIsRefusedBeforeItIsEncrypted) {
    const auto copies = decided().forms.copies.size();
    ASSERT_GT(copies, 0U);
    gateway.limits.copies = copies * mail.size;
    EXPECT_EQ(decided().what, outcome::seal);
    --gateway.limits.copies;
    EXPECT_EQ(decided().what, outcome::reject);
    EXPECT_EQ(decided().recipients[1].why, reason::too_many_copies);
    EXPECT_EQ(decided().most_octets, gateway.limits.copies);
}

TEST_F(Judge, WhoLoggedInIsNoStranger) {
    mail.sender = policy::parse_address("eve@yahoo.com");
    mail.mail = policy::parse_message("From: eve@yahoo.com\nSubject: [confidental] x\n\nhello\n");
    EXPECT_EQ(decided().what, outcome::deliver) << "a stranger's near miss is none";
    mail.auth_user = "ann";
    EXPECT_EQ(decided().what, outcome::reject);
    EXPECT_EQ(decided().recipients[0].why, reason::near_miss);
}

} // namespace
} // namespace sealgate::milter
