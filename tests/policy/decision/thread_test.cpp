// Which mails a mail answers, and what it counts as for that.
#include "policy/decision/decide.hpp"
#include "policy/decision/thread.hpp"
#include "tests/policy/support/policies.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

thread_ids ids_of(const std::string& header) { return thread_ids_of(parse_message(header + "\n\nbody\n")); }

TEST(ThreadIds, AreReadAsProgramsWriteThem) {
    const auto ids = ids_of("Message-ID: <A.1@Example.ORG>\nIn-Reply-To: <x@partner.example>\n"
                            "References: <root@a.example>\n\t<x@partner.example>  <y\n z@b.example>");
    EXPECT_THAT(ids.own, ElementsAre("a.1@example.org"));
    EXPECT_THAT(ids.answered, ElementsAre("x@partner.example", "root@a.example", "yz@b.example"));
}

TEST(ThreadIds, OddSpellingsAreReadToo) {
    EXPECT_THAT(ids_of("In-Reply-To: Your message of \"Mon, 23 Nov 2026 09:00:00\" <x@a.example>").answered,
                ElementsAre("x@a.example"));
    EXPECT_THAT(ids_of("in-reply-to: x@a.example, y@b.example;\treferences").answered,
                ElementsAre("x@a.example", "y@b.example"));
    EXPECT_THAT(ids_of("References: <x@a.example> <broken <y@b.example>").answered, ElementsAre("x@a.example", "y@b.example"));
    EXPECT_THAT(ids_of("X-Forwarded-Message-Id: <x@a.example>").answered, ElementsAre("x@a.example"));
    EXPECT_THAT(ids_of("References: <x@a.example> y@b.example").answered, ElementsAre("x@a.example", "y@b.example"));
    EXPECT_THAT(ids_of("Message-ID: 7Q2K-M4XD\nIn-Reply-To: 17").own, ElementsAre("7q2k-m4xd"));
    EXPECT_THAT(ids_of("Message-ID: 7Q2K-M4XD\nIn-Reply-To: 17").answered, ElementsAre("17"));
    EXPECT_THAT(ids_of("Message-Id: <1@a>\nMESSAGE-ID: <2@a>").own, ElementsAre("1@a", "2@a"));
}

TEST(ThreadIds, EncodedWordsAreReadToo) {
    for (const auto* field : {"=?utf-8?q?=3Cx=40a=2Eexample=3E?=", "=?us-ascii?B?PHhAYS5leGFtcGxlPg==?=",
                              "=?utf-8?q?=3Cx=40a=2E?=\n =?utf-8?q?example=3E?="})
        for (const std::string name : {"In-Reply-To: ", "References: "})
            EXPECT_THAT(ids_of(name + field).answered, testing::Contains("x@a.example")) << name << field;
    EXPECT_THAT(ids_of("Message-ID: =?utf-8?q?=3Cx=40a=2Eexample=3E?=").own, testing::Contains("x@a.example"));
}

TEST(ThreadIds, NothingIsMadeOfNothing) {
    for (const auto* header : {"Subject: x", "In-Reply-To:", "References: <>", "In-Reply-To: < >", "References: <",
                               "References: >", "In-Reply-To: your mail of Monday"})
        EXPECT_THAT(ids_of(header).answered, IsEmpty()) << header;
    EXPECT_THAT(ids_of("In-Reply-To: <" + std::string(5000, 'x') + "@a>").answered, IsEmpty());
}

TEST(ThreadIds, OfVeryManyTheFirstAndTheLastAreKept) {
    std::string header = "References:";
    for (int i = 0; i < 5000; ++i) header += "\n <" + std::to_string(i) + "@a>";
    const auto ids = ids_of(header);
    ASSERT_THAT(ids.answered, SizeIs(1000));
    EXPECT_EQ(ids.answered.front(), "0@a");
    EXPECT_EQ(ids.answered.back(), "4999@a");
}

TEST(ThreadIds, OfOwnOnesTheFirstFewCountHoweverTheyAreWritten) {
    std::string field = "Message-ID:";
    for (int i = 0; i < 11'000; ++i) field += " <" + std::to_string(i) + "@a>";
    EXPECT_THAT(ids_of(field).own, ElementsAre("0@a", "1@a", "2@a", "3@a"));
    EXPECT_THAT(ids_of("Message-ID: <0@a> <0@a>\n" + field + "\n" + field).own, ElementsAre("0@a", "1@a", "2@a", "3@a"));
}

TEST(ThreadIds, OfVeryManyInSeveralFieldsTheFirstAndTheLastAreKept) {
    std::string header = "In-Reply-To: <first@a>\nReferences:";
    for (int i = 0; i < 3000; ++i) header += " <" + std::to_string(i) + "@a>";
    const auto ids = ids_of(header + "\nX-Forwarded-Message-Id: <last@a>");
    ASSERT_THAT(ids.answered, SizeIs(1000));
    EXPECT_EQ(ids.answered.front(), "first@a");
    EXPECT_EQ(ids.answered[499], "498@a");
    EXPECT_EQ(ids.answered[500], "2501@a");
    EXPECT_EQ(ids.answered.back(), "last@a");
}

class Thread : public testing::Test {
protected:
    std::optional<rank> rank_of() const {
        const auto standing = thread_of(rules, known);
        return standing ? std::optional(standing->classification) : std::nullopt;
    }

    policy rules = load_or_fail(example_policy);
    facts known;
};

TEST_F(Thread, AHiddenSubjectCountsAsTheLeastThatIsEncrypted) {
    EXPECT_EQ(rank_of(), std::nullopt);
    known.thread.hides_subject = true;
    EXPECT_EQ(rank_of(), rank{2});
    EXPECT_EQ(thread_of(rules, known)->known_by, thread_sign::subject);
    rules.rules[1].cells[*rules.tiers.find("unsecure")] = action::require;
    EXPECT_EQ(rank_of(), rank{1});
    for (auto& row : rules.rules) row.cells.assign(rules.tiers.size(), action::reject);
    EXPECT_EQ(rank_of(), std::nullopt);
}

TEST_F(Thread, TheMoreSensitiveOfBothSignsCounts) {
    known.thread = {.answers = 1, .hides_subject = true};
    EXPECT_EQ(rank_of(), rank{2});
    known.thread.answers = 2;
    EXPECT_EQ(thread_of(rules, known)->known_by, thread_sign::reference);
}

TEST_F(Thread, ASubjectThatTheSendersOwnProgramHidSaysNothing) {
    known.thread.hides_subject = true;
    for (const auto& [brought, name] : names(protection{})) {
        known.brought = brought;
        const bool encrypted =
            brought == protection::pgp_mime || brought == protection::pgp_inline || brought == protection::smime;
        EXPECT_EQ(rank_of().has_value(), !encrypted) << name;
        known.thread.answers = 1;
        EXPECT_TRUE(rank_of()) << name;
        known.thread.answers.reset();
    }
}

TEST_F(Thread, WhatLeftAsMoreThanUntaggedOrSealedIsRemembered) {
    const auto remembered = [&](outcome what, std::optional<rank> as, mode how = mode::enforce) {
        decision made;
        made.what = what;
        made.classification = as;
        return remembered_as(rules, known, made, how);
    };
    EXPECT_EQ(remembered(outcome::deliver, 1), std::nullopt);
    EXPECT_EQ(remembered(outcome::deliver, 2), rank{2});
    EXPECT_EQ(remembered(outcome::warn, 2), rank{2});
    EXPECT_EQ(remembered(outcome::hold, 2), rank{2}) << "it may be released";
    EXPECT_EQ(remembered(outcome::seal, 1), rank{1});
    for (const auto what : {outcome::reject, outcome::defer}) {
        EXPECT_EQ(remembered(what, 2), std::nullopt);
        EXPECT_EQ(remembered(what, 2, mode::monitor), rank{2});
    }
    rules.untagged.reset();
    EXPECT_EQ(remembered(outcome::deliver, 0), std::nullopt) << "nothing is less sensitive";
    EXPECT_EQ(remembered(outcome::deliver, 1), rank{1});
    EXPECT_EQ(remembered(outcome::reject, std::nullopt, mode::monitor), std::nullopt);
    known.thread.answers = 2;
    EXPECT_EQ(remembered(outcome::warn, 1), rank{2}) << "the thread is what it was";
    EXPECT_EQ(remembered(outcome::reject, 1), std::nullopt);
}

TEST_F(Thread, WhatAnotherGatewayRecordedIsRememberedAsItsOwn) {
    const auto remembered = [&](outcome what, std::string as, std::string answered = {}, mode how = mode::enforce) {
        return remembered_as(rules, {.message_id = "<1@a.example>",
                                     .what = what,
                                     .how = how,
                                     .classification = std::move(as),
                                     .answered = std::move(answered)});
    };
    EXPECT_EQ(remembered(outcome::deliver, "internal"), std::nullopt);
    EXPECT_EQ(remembered(outcome::deliver, "confidential"), rank{2});
    EXPECT_EQ(remembered(outcome::seal, "internal"), rank{1});
    EXPECT_EQ(remembered(outcome::reject, "confidential"), std::nullopt);
    EXPECT_EQ(remembered(outcome::reject, "confidential", {}, mode::monitor), rank{2});
    EXPECT_EQ(remembered(outcome::warn, "internal", "confidential"), rank{2}) << "the thread is what it was";
    EXPECT_EQ(remembered(outcome::deliver, "named by another policy"), rank{2});
    EXPECT_EQ(remembered(outcome::deliver, ""), std::nullopt);
    EXPECT_THAT(message_ids_in(" <A.1@Example.ORG>"), ElementsAre("a.1@example.org"));
}

TEST_F(Thread, ClassificationsAreKnownByName) {
    EXPECT_EQ(most_sensitive(rules, {}), std::nullopt);
    EXPECT_EQ(most_sensitive(rules, {"internal", "public"}), rank{1});
    EXPECT_EQ(most_sensitive(rules, {"renamed since"}), rank{2});
    EXPECT_EQ(most_sensitive(rules, {"public", "confidential", "internal"}), rank{2});
}

// The reason that one recipient of a reply gets which is tagged lower.
struct lowered {
    outcome result;
    reason why;
    bool operator==(const lowered&) const = default;
};
void PrintTo(const lowered& one, std::ostream* out) { *out << name_of(one.result) << "/" << name_of(one.why); }

TEST_F(Thread, ATagThatLowersIsToldWhereTheThreadsMailWouldNotJustGo) {
    known.thread.answers = 2;
    known.findings.tags = {{.tag = "internal", .classification = 1, .where = carrier::subject}};
    const auto to = [&](const char* address) {
        known.recipients = {{.who = parse_address(address), .seen = visibility::visible, .key = {}, .to_them = {}}};
        const auto made = decide(rules, known).recipients.at(0);
        return lowered{made.result, made.why};
    };
    EXPECT_EQ(to("bob@yahoo.com"), (lowered{outcome::warn, reason::downgrade})) << "says more than the tier's own warning";
    rules.rules[2].cells.assign(rules.tiers.size(), action::warn);
    EXPECT_EQ(to("bob@partner.example"), (lowered{outcome::warn, reason::downgrade})) << "it would be warned about, too";
    rules.rules[2].cells.assign(rules.tiers.size(), action::deliver);
    EXPECT_EQ(to("bob@yahoo.com"), (lowered{outcome::warn, reason::tier}));
}

} // namespace
} // namespace sealgate::policy
