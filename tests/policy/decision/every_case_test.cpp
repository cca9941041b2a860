// The domain of decide() is small enough to walk it whole: what holds in every case, whatever the policy and the mail.
#include "policy/load/texts.hpp"
#include "policy/notices/advice.hpp"
#include "tests/policy/support/decisions.hpp"
#include "tests/policy/support/reasons.hpp"

#include <set>

namespace sealgate::policy {
namespace {

// Every cell, protection, key, policy option and near miss.
class EveryCase : public Decide {
protected:
    static constexpr protection protections[] = {protection::none,        protection::pgp_mime, protection::pgp_inline,
                                                 protection::pgp_partial, protection::pgp_fake, protection::pgp_signed,
                                                 protection::smime};
    static constexpr key_state keys[] = {
        key_state::usable, key_state::expired, key_state::revoked, key_state::disabled, key_state::not_for_encryption,
        key_state::weak,   key_state::missing};
    static constexpr addressed all_addressed[] = {addressed::yes, addressed::unverifiable, addressed::passphrase,
                                                  addressed::no};

    // Calls f(rules, facts) with one recipient for every combination.
    void each(const auto& f) {
        for (const auto cell : names(action{}))
            for (const auto near : names(near_miss_action{}))
                for (const auto no_key : {no_key_action::reject, no_key_action::hold})
                    for (const auto unverifiable : names(unverifiable_action{}))
                        for (const auto partial : names(partial_action{}))
                            for (const bool smime : {true, false}) {
                                rules.rules[2].cells[*rules.tiers.find("unsecure")] = cell.value;
                                rules.near_miss = near.value;
                                rules.encryption.no_key = no_key;
                                rules.encryption.unverifiable = unverifiable.value;
                                rules.encryption.partial = partial.value;
                                rules.encryption.accept_smime = smime;
                                each_message(f);
                            }
    }

    void each_message(const auto& f) {
        for (const auto brought : protections)
            for (const auto key : keys)
                for (const auto to_them : all_addressed) {
                    auto known = confidential_to(to("bob@yahoo.com", key), brought);
                    known.recipients[0].to_them = to_them;
                    f(rules, known);
                }
    }
};

TEST_F(EveryCase, ClearMailWhoseCellWantsProtectionNeverPassesInClear) {
    each([](const policy& p, const facts& known) {
        const auto made = decide(p, known);
        const auto& one = made.recipients[0];
        const bool wants = one.cell == action::encrypt || one.cell == action::require;
        const bool encrypted = known.brought == protection::pgp_mime || known.brought == protection::pgp_inline ||
                               (known.brought == protection::smime && p.encryption.accept_smime);
        ASSERT_TRUE(!wants || encrypted || made.what >= outcome::seal);
        ASSERT_TRUE(one.cell != action::require || encrypted || made.what == outcome::reject);
        ASSERT_TRUE(made.what != outcome::seal || one.key.state == key_state::usable);
    });
}

// A doubt about its encryption never makes the outcome milder than that of clear mail, and only the whole leaves, sealed.
TEST_F(EveryCase, SeeminglyEncryptedMailIsTreatedLikeClearMailOrMoreStrictly) {
    each([](const policy& p, facts known) {
        if (known.brought != protection::pgp_partial && known.brought != protection::pgp_fake) return;
        const auto made = decide(p, known).what;
        known.brought = protection::none;
        const auto clear = decide(p, known);
        ASSERT_GE(made, clear.what);
        const bool seals = clear.recipients[0].cell == action::encrypt && p.encryption.partial == partial_action::seal;
        ASSERT_TRUE(!seals || made == clear.what);
        known.brought = protection::pgp_mime;
        known.recipients[0].to_them = addressed::no;
        ASSERT_NE(decide(p, known).what, outcome::seal);
    });
}

TEST_F(EveryCase, NearMissNeverMakesTheOutcomeMilder) {
    each([](const policy& p, facts known) {
        const auto before = decide(p, known).what;
        known.findings.near_misses = {{.text = {}, .suggestion = {}, .where = carrier::subject}};
        ASSERT_GE(decide(p, known).what, before);
    });
}

TEST_F(EveryCase, FurtherRecipientNeverMakesTheOutcomeMilder) {
    const auto others = {to("ann@example.org"), to("dan@partner.example", key_state::usable), to("eve@yahoo.com"),
                         to("x%y@example.org")};
    each_message([&](const policy& p, const facts& known) {
        for (const auto& other : others) {
            auto more = known;
            more.recipients.push_back(other);
            ASSERT_GE(decide(p, more).what, decide(p, known).what);
            ASSERT_GE(
                decide(p, more).what,
                decide(p, {.findings = known.findings, .brought = known.brought, .read = known.read, .recipients = {other}})
                    .what);
        }
    });
}

TEST_F(EveryCase, FurtherTagNeverMakesTheOutcomeMilderWhateverTheRowsSay) {
    const auto unsecure = *rules.tiers.find("unsecure");
    for (const auto mild : names(action{}))
        for (const auto sensitive : names(action{})) {
            rules.rules[0].cells[unsecure] = mild.value;
            rules.rules[2].cells[unsecure] = sensitive.value;
            each_message([](const policy& p, facts known) {
                known.findings.tags = {tag_of(0)};
                const auto before = decide(p, known).what;
                known.findings.tags.push_back(tag_of(2));
                ASSERT_GE(decide(p, known).what, before);
                ASSERT_EQ(decide(p, known).classification, rank{2});
            });
        }
}

// Every tagging, thread and downgrade, over rows of every pair of cells: f(rules, facts).
class EveryThread : public EveryCase {
protected:
    void each_thread(const auto& f) {
        const auto unsecure = *rules.tiers.find("unsecure");
        const std::vector<std::vector<found_tag>> taggings{{}, {tag_of(0)}, {tag_of(1)}, {tag_of(2)}, {header_tag_of(0)}};
        for (const auto untagged : {std::optional<rank>(1), std::optional<rank>(0), std::optional<rank>()})
            for (const auto mild : names(action{}))
                for (const auto sensitive : names(action{}))
                    for (const auto downgrade : names(downgrade_action{}))
                        for (const auto& tags : taggings)
                            for (const auto key : {key_state::usable, key_state::missing})
                                for (const auto brought : {protection::none, protection::pgp_mime}) {
                                    rules.untagged = untagged;
                                    rules.rules[0].cells[unsecure] = mild.value;
                                    rules.rules[2].cells[unsecure] = sensitive.value;
                                    rules.downgrade = downgrade.value;
                                    auto known = confidential_to(to("bob@yahoo.com", key), brought);
                                    known.findings.tags = tags;
                                    f(rules, known);
                                }
    }

    static std::vector<thread_facts> threads() {
        std::vector<thread_facts> out;
        for (const bool hides : {false, true})
            for (const auto answers :
                 {std::optional<rank>(), std::optional<rank>(0), std::optional<rank>(1), std::optional<rank>(2)})
                out.push_back({.answers = answers, .hides_subject = hides});
        return out;
    }
};

TEST_F(EveryThread, KnowingItNeverMakesTheOutcomeMilder) {
    each_thread([](const policy& p, facts known) {
        const auto before = decide(p, known).what;
        for (const auto& thread : threads()) {
            known.thread = thread;
            const auto made = decide(p, known);
            ASSERT_GE(made.what, before);
            ASSERT_TRUE(!known.findings.tags.empty() || !made.classification || made.classification >= thread.answers);
        }
    });
}

TEST_F(EveryThread, AnUntaggedReplyIsTreatedNoMilderThanOneTaggedLikeWhatItAnswers) {
    each_thread([](const policy& p, facts known) {
        if (!known.findings.tags.empty()) return;
        known.thread.answers = 2;
        const auto untagged = decide(p, known).what;
        known.findings.tags = {tag_of(2)};
        ASSERT_GE(untagged, decide(p, known).what);
    });
}

TEST_F(EveryThread, FurtherTagsRecipientsAndDoubtsNeverMakeTheOutcomeMilder) {
    each_thread([](const policy& p, facts known) {
        for (const auto& thread : threads()) {
            known.thread = thread;
            const auto before = decide(p, known).what;
            auto more = known;
            more.recipients.push_back(to("ann@example.org"));
            ASSERT_GE(decide(p, more).what, before);
            more = known;
            more.findings.near_misses = {{.text = {}, .suggestion = {}, .where = carrier::subject}};
            ASSERT_GE(decide(p, more).what, before);
            if (known.findings.tags.empty() || known.findings.tags.front().where != carrier::subject) continue;
            for (const rank r : {0, 1, 2}) {
                more = known;
                more.findings.tags.push_back(tag_of(r));
                const auto standing = decide(p, known).thread;
                const bool asked_for = p.downgrade == downgrade_action::reject && standing && r >= standing->classification;
                ASSERT_TRUE(asked_for || decide(p, more).what >= before) << r << " " << name_of(p.downgrade);
            }
        }
    });
}

// Else the notice would name a recipient and say nothing of why.
TEST_F(EveryCase, WhatIsWarnedOfOrHeldHasATextInEveryLanguage) {
    std::set<reason> told;
    each([&](const policy& p, facts known) {
        for (const bool nearly : {false, true}) {
            if (nearly) known.findings.near_misses = {{.text = {}, .suggestion = {}, .where = carrier::subject}};
            const auto one = decide(p, known).recipients[0];
            if (one.result == outcome::warn || one.result == outcome::hold) told.insert(one.why);
        }
    });
    EXPECT_TRUE(told.contains(reason::tier) && told.contains(reason::key_weak));
    for (const auto why : told) EXPECT_TRUE(is_told(why)) << name_of(why);
    for (const auto& [why, name] : names(reason{}))
        for (const auto& language : shipped_languages())
            EXPECT_TRUE(!is_told(why) || !language.text("why-" + std::string(name)).empty()) << language.tag << " " << name;
}

// Else a refusal would give no reason, and a deferral a wrong one.
TEST(EveryReason, HasTheTextThatSaysItBySmtpInEveryLanguage) {
    for (const auto& [why, name] : names(reason{}))
        for (const auto& language : shipped_languages()) {
            const std::string text = heard_of(why) == heard::refusal ? "reply-" : "fault-";
            EXPECT_EQ(language.text(text + std::string(name)).empty(), heard_of(why) == heard::nothing)
                << language.tag << " " << name;
        }
}

TEST(EveryCarrier, HasTheTextThatNamesItInEveryLanguage) {
    for (const auto& [where, name] : names(carrier{}))
        for (const auto& language : shipped_languages()) {
            const std::string text = is_label(where) ? "label-" : "reply-field-";
            EXPECT_FALSE(language.text(text + std::string(name)).empty()) << language.tag << " " << name;
        }
}

} // namespace
} // namespace sealgate::policy
