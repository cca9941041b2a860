// What is decided in each case that a reader of the policy would ask about.
#include "tests/policy/support/decisions.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

TEST_F(Decide, UntaggedMailGetsThePolicysClassification) {
    facts known;
    known.recipients = {to("bob@yahoo.com")};
    const auto made = decide(rules, known);
    EXPECT_EQ(made.classification, rank{1});
    EXPECT_EQ(made.what, outcome::warn);
}

TEST_F(Decide, UntaggedMailIsRefusedWhereThePolicySaysSo) {
    rules.untagged.reset();
    facts known;
    known.recipients = {to("ann@example.org")};
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::reject, reason::untagged}));
}

TEST_F(Decide, WhatNoPersonHereHasWrittenIsClassifiedByAPolicyOfItsOwn) {
    rules.untagged.reset();
    rules.untagged_automatic = rank{1};
    facts known;
    known.recipients = {to("bob@yahoo.com")};
    for (const auto by : {author::program, author::stranger}) {
        known.by = by;
        EXPECT_EQ(decide(rules, known).classification, rank{1}) << name_of(by);
        EXPECT_EQ(decide_for(rules, known), (decided{outcome::warn, reason::tier})) << name_of(by);
    }
    known.by = author::person;
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::reject, reason::untagged}));
    known.by = author::program;
    known.findings.tags = {tag_of(2)};
    EXPECT_EQ(decide(rules, known).classification, rank{2}) << "tags count";
}

TEST_F(Decide, NobodyIsWarnedOfAServiceThatCannotReadTheMail) {
    facts known;
    known.recipients = {to("bob@yahoo.com")};
    known.findings.tags = {tag_of(1)};
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::warn, reason::tier}));
    for (const auto brought : {protection::pgp_mime, protection::pgp_inline, protection::smime}) {
        known.brought = brought;
        known.recipients[0].to_them = addressed::yes;
        EXPECT_EQ(decide_for(rules, known), (decided{outcome::deliver, reason::already_encrypted}));
        known.recipients[0].to_them = addressed::unverifiable;
        EXPECT_EQ(decide_for(rules, known), (decided{outcome::warn, reason::tier})) << "nobody can tell";
    }
    known.recipients[0].to_them = addressed::yes;
    rules.encryption.accept_smime = false;
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::warn, reason::tier}));
    known.brought = protection::pgp_fake;
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::warn, reason::tier}));
}

TEST_F(Decide, MostSensitiveTagWins) {
    facts known;
    known.findings.tags = {tag_of(0), tag_of(2), tag_of(1)};
    known.recipients = {to("bob@yahoo.com")};
    EXPECT_EQ(decide(rules, known).classification, rank{2});
}

TEST_F(Decide, KeyStateDecidesWhetherClearMailIsSealed) {
    const std::pair<key_state, decided> cases[] = {
        {key_state::usable, {outcome::seal, reason::sealed}},
        {key_state::missing, {outcome::reject, reason::no_key}},
        {key_state::expired, {outcome::reject, reason::key_expired}},
        {key_state::revoked, {outcome::reject, reason::key_revoked}},
        {key_state::disabled, {outcome::reject, reason::key_disabled}},
        {key_state::not_for_encryption, {outcome::reject, reason::key_not_for_encryption}},
        {key_state::weak, {outcome::reject, reason::key_weak}},
    };
    for (const auto& [state, expected] : cases)
        EXPECT_EQ(decide_for(rules, confidential_to(to("bob@yahoo.com", state))), expected) << name_of(state);
    rules.encryption.no_key = no_key_action::hold;
    EXPECT_EQ(decide_for(rules, confidential_to(to("bob@yahoo.com"))), (decided{outcome::hold, reason::no_key}));
}

TEST_F(Decide, WhatMayAnswerSomethingSensitiveIsDeferredWhereThatCannotBeLookedUp) {
    const auto outcome_unread = [&](facts known) {
        known.thread.unread = true;
        const auto made = decide(rules, known);
        EXPECT_EQ(made.failure == reason::threads_unreadable, made.what == outcome::defer);
        return made.what;
    };
    const auto untagged_to = [](recipient_facts who, protection brought = protection::none) {
        auto known = confidential_to(std::move(who), brought);
        known.findings.tags.clear();
        return known;
    };
    EXPECT_EQ(outcome_unread(untagged_to(to("bob@yahoo.com"))), outcome::defer);
    EXPECT_EQ(outcome_unread(untagged_to(to("bob@yahoo.com", key_state::usable))), outcome::defer);
    EXPECT_EQ(outcome_unread(untagged_to(to("max@example.org"))), outcome::deliver) << "colleagues may have everything";
    EXPECT_EQ(outcome_unread(untagged_to(to("bob@yahoo.com"), protection::pgp_mime)), outcome::warn) << "it is encrypted";
    auto known = untagged_to(to("bob@yahoo.com", key_state::usable));
    known.thread.hides_subject = true;
    EXPECT_EQ(outcome_unread(known), outcome::seal) << "nothing leaves in clear";
    EXPECT_EQ(outcome_unread(confidential_to(to("bob@yahoo.com", key_state::usable))), outcome::seal) << "it says so itself";
    known = untagged_to(to("bob@yahoo.com"));
    rules.untagged.reset();
    EXPECT_EQ(outcome_unread(known), outcome::reject);
}

TEST_F(Decide, ProtectionIsHeldAgainstTheCell) {
    struct row {
        protection brought;
        decided encrypt;
        decided require;
    };
    const row rows[] = {
        {protection::none, {outcome::seal, reason::sealed}, {outcome::reject, reason::not_encrypted}},
        {protection::pgp_signed, {outcome::seal, reason::sealed}, {outcome::reject, reason::not_encrypted}},
        {protection::pgp_mime, {outcome::deliver, reason::already_encrypted}, {outcome::deliver, reason::already_encrypted}},
        {protection::pgp_inline, {outcome::deliver, reason::already_encrypted}, {outcome::deliver, reason::already_encrypted}},
        {protection::smime, {outcome::deliver, reason::already_encrypted}, {outcome::deliver, reason::already_encrypted}},
        {protection::pgp_fake, {outcome::seal, reason::sealed}, {outcome::reject, reason::pgp_fake}},
        {protection::pgp_partial, {outcome::seal, reason::sealed}, {outcome::reject, reason::pgp_partial}},
    };
    for (const auto& [brought, encrypt, require] : rows) {
        auto known = confidential_to(to("bob@yahoo.com", key_state::usable), brought);
        known.recipients[0].to_them = addressed::yes;
        auto strict = rules;
        strict.rules[2].cells.assign(strict.tiers.size(), action::require);
        EXPECT_EQ(decide_for(rules, known), encrypt) << name_of(brought);
        EXPECT_EQ(decide_for(strict, known), require) << name_of(brought);
    }
    rules.encryption.accept_smime = false;
    EXPECT_EQ(decide_for(rules, confidential_to(to("bob@yahoo.com"), protection::smime)),
              (decided{outcome::reject, reason::smime_not_accepted}));
}

TEST_F(Decide, PartlyEncryptedMailIsSealedAsAWholeUnlessThePolicyRefusesIt) {
    for (const auto& [brought, why] :
         {std::pair(protection::pgp_fake, reason::pgp_fake), std::pair(protection::pgp_partial, reason::pgp_partial)}) {
        const auto known = confidential_to(to("bob@yahoo.com", key_state::usable), brought);
        const auto without_key = confidential_to(to("bob@yahoo.com"), brought);
        rules.encryption.partial = partial_action::seal;
        EXPECT_EQ(decide_for(rules, known), (decided{outcome::seal, reason::sealed}));
        EXPECT_EQ(decide_for(rules, without_key), (decided{outcome::reject, reason::no_key}));
        rules.encryption.partial = partial_action::reject;
        EXPECT_EQ(decide_for(rules, known), (decided{outcome::reject, why}));
        EXPECT_EQ(decide_for(rules, without_key), (decided{outcome::reject, why}));
    }
}

TEST_F(Decide, ProtectedMailMustBeForThisRecipient) {
    auto known = confidential_to(to("bob@yahoo.com"), protection::pgp_mime);
    known.recipients[0].to_them = addressed::no;
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::reject, reason::not_addressed}));
    known.recipients[0].to_them = addressed::unverifiable;
    const std::pair<unverifiable_action, outcome> cases[] = {{unverifiable_action::deliver, outcome::deliver},
                                                             {unverifiable_action::warn, outcome::warn},
                                                             {unverifiable_action::reject, outcome::reject}};
    for (const auto& [what, expected] : cases) {
        rules.encryption.unverifiable = what;
        EXPECT_EQ(decide_for(rules, known), (decided{expected, reason::unverifiable}));
    }
}

TEST_F(Decide, APassphraseAloneIsAReasonOfItsOwn) {
    auto known = confidential_to(to("bob@yahoo.com"), protection::pgp_inline);
    known.recipients[0].to_them = addressed::passphrase;
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::warn, reason::passphrase_only}));
    rules.encryption.unverifiable = unverifiable_action::reject;
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::reject, reason::passphrase_only}));
}

TEST_F(Decide, AReadableSubjectOfEncryptedMailEarnsAWarningWhereThePolicySaysSo) {
    auto known = confidential_to(to("bob@yahoo.com"), protection::pgp_mime);
    known.recipients[0].to_them = addressed::yes;
    known.shows_subject = true;
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::deliver, reason::already_encrypted}));
    rules.encryption.clear_subject = clear_subject_action::warn;
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::warn, reason::subject_in_clear}));
    known.recipients[0].to_them = addressed::no;
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::reject, reason::not_addressed}));
    known.brought = protection::none;
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::reject, reason::no_key}));
}

TEST_F(Decide, SecretToDomainWithoutKeyIsRefusedForAll) {
    auto known = confidential_to(to("bob@partner.example", key_state::usable));
    known.recipients.push_back(to("eve@yahoo.com"));
    EXPECT_EQ(decide(rules, known).what, outcome::reject);
}

TEST_F(Decide, RecipientsWhoNeedDifferentFormsAreTold) {
    auto known = confidential_to(to("bob@partner.example", key_state::usable));
    known.recipients.push_back(to("ann@example.org"));
    auto made = decide(rules, known);
    EXPECT_EQ(made.what, outcome::seal);
    EXPECT_EQ(made.forms, (split{.here = {0}, .copies = {{form::original, {1}}}}));
    known.recipients.push_back(to("eve@yahoo.com"));
    made = decide(rules, known);
    EXPECT_EQ(made.what, outcome::reject) << "one refused recipient refuses the whole message";
    EXPECT_EQ(made.forms, split{});
}

TEST_F(Decide, HiddenRecipientSharesNoCiphertext) {
    auto hidden = to("bob@partner.example", key_state::usable);
    hidden.seen = visibility::hidden;
    auto known = confidential_to(hidden);
    EXPECT_EQ(decide(rules, known).forms, (split{.here = {0}, .copies = {}})) << "alone";
    known.recipients.push_back(to("dan@partner.example", key_state::usable));
    const auto made = decide(rules, known);
    EXPECT_EQ(made.what, outcome::seal);
    EXPECT_EQ(made.forms, (split{.here = {1}, .copies = {{form::sealed, {0}}}}));
    EXPECT_EQ(deferred(made, reason::sealing_failed).forms, split{});
}

TEST_F(Decide, AddressThatMayBeRoutedElsewhereGetsTheStrictestCell) {
    for (const auto* address : {"bob%yahoo.com@example.org", "yahoo.com!bob@example.org", "\"bob@yahoo.com\"@example.org"})
        EXPECT_EQ(decide_for(rules, confidential_to(to(address))), (decided{outcome::reject, reason::no_key})) << address;
}

TEST_F(Decide, ArchiveIsAddedWhereTheMailGoesOut) {
    facts known;
    known.findings.tags = {tag_of(0)};
    known.recipients = {to("bob@yahoo.com")};
    EXPECT_EQ(decide(rules, known).archive.size(), 1u);
    known.findings.near_misses = {{.text = {}, .suggestion = "[public]", .where = carrier::subject}};
    rules.near_miss = near_miss_action::hold;
    EXPECT_EQ(decide(rules, known).archive.size(), 1u) << "a held mail may be released";
    rules.near_miss = near_miss_action::reject;
    EXPECT_EQ(decide(rules, known).what, outcome::reject);
    EXPECT_TRUE(decide(rules, known).archive.empty());
}

TEST_F(Decide, TooLargeIsRefusedAndTooComplexWhereProtectionMatters) {
    facts known;
    known.findings.tags = {tag_of(0)};
    known.recipients = {to("bob@yahoo.com")};
    known.read = legibility::too_complex;
    EXPECT_EQ(decide(rules, known).what, outcome::deliver);
    known.read = legibility::too_large;
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::reject, reason::too_large}));
    known.findings.tags = {tag_of(2)};
    known.read = legibility::too_complex;
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::reject, reason::unreadable}));
}

// What a mail to this recipient, with these tags, becomes in a confidential thread.
decision in_thread(const policy& rules, std::vector<found_tag> tags, recipient_facts recipient) {
    facts known;
    known.findings.tags = std::move(tags);
    known.thread.answers = 2;
    known.recipients = {std::move(recipient)};
    return decide(rules, known);
}

TEST_F(Decide, AnUntaggedReplyCountsAsWhatItAnswers) {
    auto made = in_thread(rules, {}, to("bob@partner.example", key_state::usable));
    EXPECT_EQ(made.classification, rank{2});
    EXPECT_EQ(made.what, outcome::seal);
    EXPECT_EQ(made.thread, (thread_decision{2, thread_sign::reference, thread_effect::inherited}));
    made = in_thread(rules, {}, to("bob@yahoo.com"));
    EXPECT_EQ(made.recipients[0].why, reason::no_key);
    EXPECT_EQ(in_thread(rules, {tag_of(2)}, to("bob@yahoo.com")).thread, std::nullopt) << "tagged like that";
    rules.untagged = 2;
    EXPECT_EQ(in_thread(rules, {}, to("bob@yahoo.com")).thread, std::nullopt) << "untagged mail is that anyhow";
}

TEST_F(Decide, AReplyThatIsTaggedLowerIsTreatedAsThePolicySays) {
    const struct {
        downgrade_action downgrade;
        outcome what;
        reason why;
        thread_effect effect;
        rank classification;
    } cases[] = {
        {downgrade_action::ignore, outcome::deliver, reason::allowed, thread_effect::lowered, 1},
        {downgrade_action::warn, outcome::warn, reason::downgrade, thread_effect::lowered, 1},
        {downgrade_action::raise, outcome::seal, reason::sealed, thread_effect::raised, 2},
        {downgrade_action::reject, outcome::reject, reason::downgrade, thread_effect::lowered, 1},
    };
    EXPECT_EQ(rules.downgrade, downgrade_action::warn);
    for (const auto& [downgrade, what, why, effect, classification] : cases) {
        rules.downgrade = downgrade;
        const auto made = in_thread(rules, {tag_of(1)}, to("bob@partner.example", key_state::usable));
        EXPECT_EQ(made.what, what) << name_of(downgrade);
        EXPECT_EQ(made.recipients[0].why, why) << name_of(downgrade);
        EXPECT_EQ(made.thread, (thread_decision{2, thread_sign::reference, effect})) << name_of(downgrade);
        EXPECT_EQ(made.classification, classification) << name_of(downgrade);
        const auto colleague = in_thread(rules, {tag_of(1)}, to("ann@example.org"));
        EXPECT_EQ(colleague.what, outcome::deliver) << name_of(downgrade) << ": who may have all is no concern";
    }
}

TEST_F(Decide, AHeaderNeverLowersAReply) {
    for (const auto& [downgrade, name] : names(downgrade_action{})) {
        rules.downgrade = downgrade;
        const auto made = in_thread(rules, {header_tag_of(1)}, to("bob@partner.example", key_state::usable));
        EXPECT_EQ(made.what, outcome::seal) << name;
        EXPECT_EQ(made.thread->effect, thread_effect::raised) << name;
    }
    rules.carriers.subject.clear();
    rules.downgrade = downgrade_action::warn;
    EXPECT_EQ(in_thread(rules, {header_tag_of(1)}, to("bob@partner.example", key_state::usable)).what, outcome::warn)
        << "where staff set headers, a header is meant";
}

TEST_F(Decide, WhereEveryMailNeedsATagAReplyDoesToo) {
    rules.untagged.reset();
    const auto made = in_thread(rules, {}, to("bob@partner.example", key_state::usable));
    EXPECT_EQ(made.what, outcome::reject);
    EXPECT_EQ(made.recipients[0].why, reason::untagged);
    EXPECT_EQ(made.thread, (thread_decision{2, thread_sign::reference, thread_effect::untagged}));
}

TEST_F(Decide, DeferredKeepsWhatWasDecidedForEachRecipient) {
    const auto made = deferred(decide(rules, confidential_to(to("bob@yahoo.com", key_state::usable))), reason::sealing_failed);
    EXPECT_EQ(made.what, outcome::defer);
    EXPECT_EQ(made.failure, reason::sealing_failed);
    EXPECT_EQ(made.recipients[0].result, outcome::seal);
    EXPECT_TRUE(made.archive.empty());
}

TEST_F(Decide, WhatIsTooLargeIsRefusedForThoseWhoWouldGetItAndReachesNobody) {
    auto hidden = to("dan@partner.example", key_state::usable);
    hidden.seen = visibility::hidden;
    auto known = confidential_to(to("bob@partner.example", key_state::usable));
    known.recipients.push_back(to("max@example.org", key_state::missing));
    known.recipients.push_back(hidden);
    const auto made = decide(rules, known);
    ASSERT_EQ(made.what, outcome::seal);
    const std::pair<reason, std::vector<outcome>> cases[] = {
        {reason::too_large_sealed, {outcome::reject, outcome::deliver, outcome::reject}},
        {reason::too_many_copies, {outcome::seal, outcome::reject, outcome::reject}}};
    for (const auto& [why, results] : cases) {
        const auto refused = refused_for_size(made, why, 1000);
        EXPECT_EQ(refused.what, outcome::reject);
        EXPECT_EQ(refused.most_octets, 1000u);
        EXPECT_EQ(refused.forms, split{});
        EXPECT_TRUE(refused.archive.empty() && !refused.failure);
        for (std::size_t i = 0; i < results.size(); ++i) {
            EXPECT_EQ(refused.recipients[i].result, results[i]) << i;
            EXPECT_EQ(refused.recipients[i].why == why, results[i] == outcome::reject) << i;
        }
    }
}

TEST(Vocabulary, EveryEnumeratorHasItsName) {
    EXPECT_EQ(name_of(reason::internal_error), "internal-error");
    static_assert(detail::is_enumerator<action, action::reject>() && !detail::is_enumerator<action, action{6}>());
    static_assert(detail::count_of_enumerators<action>() == 6);
    EXPECT_EQ(named_as<outcome>("seal"), outcome::seal);
    EXPECT_EQ(named_as<outcome>("Seal"), std::nullopt);
}

} // namespace
} // namespace sealgate::policy
