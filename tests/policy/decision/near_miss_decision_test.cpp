// What becomes of a mail with something nearly like a tag: whom it concerns, and what answers the doubt.
#include "policy/decision/decide.hpp"
#include "tests/policy/support/decisions.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

// contract.md section 4, point 2: where the tag that was meant would make something stricter, and for them alone.
TEST_F(Decide, ANearMissRaisesThoseForWhomItWouldMakeSomethingStricter) {
    const auto near = [](std::optional<rank> meant, bool stray = false) {
        return near_miss{.text = "x", .suggestion = "y", .where = carrier::subject, .meant = meant, .stray = stray};
    };
    facts known;
    known.recipients = {to("max@example.org"), to("bob@gmail.com")};
    known.findings.near_misses = {near(2)};
    auto made = decide(rules, known);
    EXPECT_EQ(made.recipients[0].result, outcome::deliver);
    EXPECT_EQ(made.recipients[1].result, outcome::reject);
    EXPECT_EQ(made.recipients[1].why, reason::near_miss);
    EXPECT_EQ(made.near_misses, std::vector<std::size_t>{0});
    known.findings.near_misses = {near(0), near(1), near(2)};
    EXPECT_EQ(decide(rules, known).near_misses, std::vector<std::size_t>{2}) << "the others make nothing stricter";
    known.findings.near_misses = {near({})};
    EXPECT_EQ(decide(rules, known).what, outcome::reject) << "it may say anything";
    known.recipients = {to("max@example.org")};
    known.findings.near_misses = {near(2), near({})};
    made = decide(rules, known);
    EXPECT_EQ(made.what, outcome::deliver) << "among colleagues nobody is disturbed";
    EXPECT_TRUE(made.near_misses.empty());
}

TEST_F(Decide, ATagInTheSubjectAnswersWhatStandsBesideIt) {
    facts known;
    known.recipients = {to("bob@gmail.com")};
    known.findings.near_misses = {
        {.text = "(reservada)", .suggestion = "[confidential]", .where = carrier::subject, .meant = 2, .stray = true}};
    EXPECT_EQ(decide(rules, known).what, outcome::reject);
    known.findings.tags = {header_tag_of(1)};
    EXPECT_EQ(decide(rules, known).what, outcome::reject) << "a program set that";
    known.findings.tags = {tag_of(1)};
    EXPECT_EQ(decide(rules, known).what, outcome::deliver);
    known.findings.near_misses[0].stray = false;
    EXPECT_EQ(decide(rules, known).what, outcome::reject) << "where tags stand it may be another one";
}

TEST_F(Decide, AStrangersNearMissIsNone) {
    facts known;
    known.findings.near_misses = {{.text = "[Confidental]", .suggestion = "[confidential]", .where = carrier::subject}};
    known.recipients = {to("bob@gmail.com")};
    for (const auto by : {author::person, author::program}) {
        known.by = by;
        EXPECT_EQ(decide_for(rules, known), (decided{outcome::reject, reason::near_miss})) << name_of(by);
    }
    known.by = author::stranger;
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::deliver, reason::allowed}));
    known.findings.tags = {tag_of(2)};
    known.recipients = {to("bob@yahoo.com")};
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::reject, reason::no_key})) << "tags count";
}

} // namespace
} // namespace sealgate::policy
