// Who is told of a decision, and what of it.
#include "policy/notices/due.hpp"
#include "tests/policy/support/policies.hpp"

namespace sealgate::policy {
namespace {

class NoticeDue : public testing::Test {
protected:
    decision decided(std::vector<std::pair<const char*, outcome>> results, outcome what) {
        decision out;
        out.classification = 1;
        out.what = what;
        for (const auto& [address, result] : results) {
            const auto who = parse_address(address);
            out.recipients.push_back({.who = who,
                                      .tier = rules.tiers.tier_of(who),
                                      .cell = action::warn,
                                      .key = {},
                                      .result = result,
                                      .why = reason::tier});
        }
        return out;
    }

    std::optional<notice_kind> due(const std::string& header, const char* sender = "ann@example.org", const char* user = "",
                                   mode how = mode::enforce) {
        const auto mail = parse_message(header + "\n\nbody\n");
        const auto from = parse_address(sender);
        return notice_due(
            {.rules = rules, .known = known, .made = made, .mail = mail, .sender = from, .user = user, .mode = how});
    }

    policy rules = load_or_fail(example_policy);
    facts known;
    decision made = decided({{"bob@yahoo.com", outcome::warn}}, outcome::warn);
};

TEST_F(NoticeDue, OnlyPeopleAreAnswered) {
    const struct {
        const char* header;
        bool due;
    } cases[] = {
        {"Subject: x", true},
        {"Auto-Submitted: no", true},
        {"auto-submitted: No; (by hand)", true},
        {"Auto-Submitted: auto-replied", false},
        {"Auto-Submitted: auto-generated; type=vacation", false},
        {"Auto-Submitted:", false},
        {"Auto-Submitted: no\nAuto-Submitted: auto-notified", false},
        {"Precedence: bulk", false},
        {"Precedence: LIST", false},
        {"Precedence:\n junk", false},
        {"Precedence: first-class", true},
        {"List-Id: <x.example.org>", false},
        {"list-unsubscribe: <mailto:x@example.org>", false},
        {"Listing: 3", true},
    };
    for (const auto& [header, expected] : cases) EXPECT_EQ(due(header).has_value(), expected) << header;
}

TEST_F(NoticeDue, OnlyOurOwnPeopleAreAnswered) {
    EXPECT_FALSE(due("A: b", ""));
    EXPECT_FALSE(due("A: b", "mallory@elsewhere.example"));
    EXPECT_FALSE(due("A: b", "bob%yahoo.com@example.org"));
    for (const auto* user : {"", "ann"})
        EXPECT_FALSE(due("A: b", "SRS0=Ab1c=XY=yahoo.com=eve@example.org", user)) << "it would go on to eve@yahoo.com";
    EXPECT_TRUE(due("A: b", "prvs=1234abcdef=ann@example.org"));
    EXPECT_TRUE(due("A: b", "root")) << "a name alone is the organisation's";
    EXPECT_TRUE(due("A: b", "ann@home.example", "ann"));
}

TEST_F(NoticeDue, MonitorModeTellsNobody) { EXPECT_FALSE(due("A: b", "ann@example.org", "", mode::monitor)); }

TEST_F(NoticeDue, TheOutcomeSaysWhich) {
    const struct {
        outcome what;
        std::optional<notice_kind> kind;
    } cases[] = {{outcome::deliver, notice_kind::warning}, {outcome::warn, notice_kind::warning},
                 {outcome::seal, notice_kind::warning},    {outcome::hold, notice_kind::held},
                 {outcome::reject, std::nullopt},          {outcome::defer, std::nullopt}};
    for (const auto& [what, kind] : cases) {
        made.what = what;
        EXPECT_EQ(due("A: b"), kind) << name_of(what);
    }
    made = decided({{"bob@partner.example", outcome::seal}, {"max@example.org", outcome::deliver}}, outcome::seal);
    EXPECT_FALSE(due("A: b"));
}

TEST_F(NoticeDue, ARefusalWhereThePolicyWantsThatAndAPersonHereWroteIt) {
    made = decided({{"bob@yahoo.com", outcome::reject}, {"max@example.org", outcome::deliver}}, outcome::reject);
    EXPECT_FALSE(due("A: b"));
    rules.notices.refusals = true;
    EXPECT_EQ(due("A: b"), notice_kind::refused);
    EXPECT_FALSE(due("Auto-Submitted: auto-generated"));
    EXPECT_FALSE(due("A: b", "mallory@elsewhere.example"));
    EXPECT_FALSE(due("A: b", "ann@example.org", "", mode::monitor));
    ASSERT_EQ(told_of(rules, known, made, notice_kind::refused).recipients.size(), 1u);
    for (const auto by : {author::program, author::stranger}) {
        known.by = by;
        EXPECT_FALSE(due("A: b")) << name_of(by);
    }
}

TEST_F(NoticeDue, OnlyRecipientsWithSomethingToTellAreTold) {
    made = decided({{"bob@yahoo.com", outcome::warn}, {"max@example.org", outcome::deliver}, {"eve@x\x01y", outcome::warn}},
                   outcome::warn);
    known.findings.near_misses = {{.text = "[confidental]", .suggestion = "[confidential]", .where = carrier::subject},
                                  {.text = "[confidentail]", .suggestion = "[confidential]", .where = carrier::subject},
                                  {.text = "[publik]", .suggestion = "[public]", .where = carrier::subject}};
    made.near_misses = {0, 1};
    const auto told = told_of(rules, known, made, notice_kind::warning);
    EXPECT_EQ(told.classification, "internal");
    EXPECT_EQ(told.meant, std::vector<std::string>{"[confidential]"});
    ASSERT_EQ(told.recipients.size(), 2u);
    EXPECT_EQ(told.recipients[0], (told_recipient{.address = "bob@yahoo.com", .domain = "yahoo.com", .tier = "unsecure"}));
    EXPECT_EQ(told.recipients[1].domain, "eve@x\uFFFDy");
}

TEST_F(NoticeDue, ANearMissIsToldAlsoWhereAllIsSealed) {
    made = decided({{"bob@partner.example", outcome::seal}}, outcome::seal);
    known.findings.near_misses = {{.text = "[intrnal]", .suggestion = "[internal]", .where = carrier::subject}};
    made.near_misses = {0};
    rules.near_miss = near_miss_action::ignore;
    EXPECT_FALSE(due("A: b"));
    rules.near_miss = near_miss_action::warn;
    EXPECT_EQ(due("A: b"), notice_kind::warning);
    const auto told = told_of(rules, known, made, notice_kind::warning);
    ASSERT_EQ(told.recipients.size(), 1u);
    EXPECT_EQ(told.recipients[0].why, reason::near_miss);
    EXPECT_TRUE(told.sealed);
    EXPECT_EQ(told.meant, std::vector<std::string>{"[internal]"});
    made.near_misses = {};
    EXPECT_FALSE(due("A: b")) << "it makes nothing stricter";
}

TEST_F(NoticeDue, AReplyThatIsTaggedLowerIsTold) {
    made.recipients[0].why = reason::downgrade;
    made.thread = {.classification = 2, .known_by = thread_sign::reference, .effect = thread_effect::lowered};
    const auto told = told_of(rules, known, made, *due("A: b"));
    ASSERT_EQ(told.recipients.size(), 1u);
    EXPECT_EQ(told.recipients[0].why, reason::downgrade);
    EXPECT_FALSE(told.inherited || told.raised);
}

TEST_F(NoticeDue, WhyItCountsAsWhatItAnswersIsTold) {
    made.thread = {.classification = 2, .known_by = thread_sign::reference, .effect = thread_effect::inherited};
    const auto untagged = told_of(rules, known, made, notice_kind::warning);
    EXPECT_TRUE(untagged.inherited && !untagged.raised);
    made.thread->effect = thread_effect::raised;
    const auto lower = told_of(rules, known, made, notice_kind::warning);
    EXPECT_TRUE(lower.raised && !lower.inherited) << "it has a tag";
}

} // namespace
} // namespace sealgate::policy
