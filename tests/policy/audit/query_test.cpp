// Questions to the log, and which records answer them.
#include "policy/audit/query.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

boost::json::object record(std::string_view text) { return boost::json::parse(text).as_object(); }

const auto mail = record(R"({"time":"2026-11-23T09:00:00.123Z","id":"7Q2K-M4XD","sender":"Ann@example.org",
    "classification":"confidential","outcome":"reject","mode":"enforce","failure":null,"recipients":[
    {"address":"bob@Yahoo.com","tier":"unsecure","reason":"no-key"},
    {"address":"max@example.org","tier":"internal","reason":"allowed"}]})");

// Rows as texts: "ann@example.org, yahoo.com".
std::vector<std::string> counted(const boost::json::object& of, const std::vector<grouping>& by, const query& asked) {
    std::vector<std::string> out;
    for (const auto& row : counted_values(of, by, asked)) out.push_back(text::join(row, ", "));
    return out;
}

const auto noon = std::chrono::sys_days{std::chrono::November / 23 / 2026} + 12h;

TEST(Query, WithoutAQuestionAllMatch) {
    EXPECT_TRUE(query{}.asks_nothing());
    EXPECT_TRUE(matches(mail, {}));
    EXPECT_TRUE(matches(record("{}"), {}));
}

TEST(Query, EachQuestionHasToBeAnswered) {
    EXPECT_TRUE(matches(mail, {.senders = {"ann@example.org"}, .outcomes = {"seal", "reject"}}));
    EXPECT_FALSE(matches(mail, {.senders = {"ann@example.org"}, .outcomes = {"seal"}}));
    EXPECT_TRUE(matches(mail, {.ids = {"7q2k-m4xd"}, .classifications = {"confidential"}}));
    EXPECT_FALSE(matches(record("{}"), {.outcomes = {"reject"}}));
    EXPECT_FALSE(matches(record(R"({"outcome":7,"recipients":{}})"), {.outcomes = {"7"}}));
}

TEST(Query, WhatIsAskedOfRecipientsHoldsForOneOfThem) {
    EXPECT_TRUE(matches(mail, {.domains = {"yahoo.com"}, .reasons = {"no-key"}}));
    EXPECT_FALSE(matches(mail, {.domains = {"yahoo.com"}, .reasons = {"allowed"}}));
    EXPECT_TRUE(matches(mail, {.recipients = {"MAX@example.org"}, .tiers = {"internal"}}));
    EXPECT_FALSE(matches(mail, {.domains = {"oo.com"}}));
}

TEST(Query, TimesAreFromOneAndBeforeTheOther) {
    const auto then = noon - 3h + 123ms;
    EXPECT_TRUE(matches(mail, {.since = then}));
    EXPECT_FALSE(matches(mail, {.since = then + 1ms}));
    EXPECT_FALSE(matches(mail, {.until = then}));
    EXPECT_TRUE(matches(mail, {.since = then - 1h, .until = then + 1ms}));
    EXPECT_FALSE(matches(record(R"({"time":"yesterday"})"), {.since = then}));
}

TEST(Query, OtherNamesOfAMailAreFoundAndThoseOfItsKey) {
    const auto sealed =
        record(R"({"id":"7Q2K-M4XD","queue_id":"4WXYZ12345","message_id":"<a@b>","user":"ann","policy":"sha256:0a1b2c",
        "near_misses":[{"text":"x"}],"recipients":[{"address":"bob@x.example","tier":"secure","reason":"sealed",
        "key":{"fingerprint":"8999571E50C14995296B08E888F7590F897B046D"}},{"address":"c@x.example","tier":"internal","key":null}]})");
    EXPECT_TRUE(matches(sealed, {.queue_ids = {"4wxyz12345"}, .message_ids = {"<a@b>"}, .users = {"ann"}}));
    EXPECT_FALSE(matches(sealed, {.queue_ids = {"4WXYZ1234"}}));
    EXPECT_TRUE(matches(sealed, {.policies = {"sha256:0A1B"}}));
    EXPECT_FALSE(matches(sealed, {.policies = {"sha256:0a1c"}}));
    EXPECT_TRUE(matches(sealed, {.has_near_miss = true}));
    EXPECT_FALSE(matches(mail, {.has_near_miss = true}));
    EXPECT_FALSE(query{.has_near_miss = true}.asks_nothing());
    EXPECT_TRUE(matches(sealed, {.keys = {"897b046d"}}));
    EXPECT_FALSE(matches(sealed, {.tiers = {"internal"}, .keys = {"897B046D"}})) << "of one and the same recipient";
    EXPECT_FALSE(matches(sealed, {.keys = {"8999571E"}})) << "it is the end that counts";
    const auto import = record(R"({"event":"key-import","fingerprint":"8999571E50C14995296B08E888F7590F897B046D"})");
    EXPECT_TRUE(matches(import, {.keys = {"897B046D"}}));
    EXPECT_FALSE(matches(import, {.tiers = {"secure"}, .keys = {"897B046D"}}));
}

TEST(Query, SeveralFieldsAreCountedTogether) {
    EXPECT_THAT(counted(mail, {grouping::sender, grouping::domain}, {}),
                ElementsAre("ann@example.org, yahoo.com", "ann@example.org, example.org"));
    EXPECT_THAT(counted(mail, {grouping::day, grouping::outcome}, {}), ElementsAre("2026-11-23, reject"));
    EXPECT_THAT(counted(mail, {grouping::reason, grouping::tier, grouping::mode}, {.domains = {"yahoo.com"}}),
                ElementsAre("no-key, unsecure, enforce"));
}

TEST(Query, RecordsAreCountedOnceRecipientsEach) {
    EXPECT_THAT(counted(mail, {grouping::outcome}, {}), ElementsAre("reject"));
    EXPECT_THAT(counted(mail, {grouping::day}, {}), ElementsAre("2026-11-23"));
    EXPECT_THAT(counted(mail, {grouping::hour}, {}), ElementsAre("2026-11-23T09"));
    EXPECT_THAT(counted(mail, {grouping::sender}, {}), ElementsAre("ann@example.org"));
    EXPECT_THAT(counted(mail, {grouping::failure}, {}), ElementsAre("-"));
    EXPECT_THAT(counted(mail, {grouping::domain}, {}), ElementsAre("yahoo.com", "example.org"));
    EXPECT_THAT(counted(mail, {grouping::reason}, {.tiers = {"unsecure"}}), ElementsAre("no-key"));
    EXPECT_THAT(counted(record("{}"), {grouping::reason}, {}), IsEmpty());
}

TEST(Query, DomainThatIsNotThereIsAWord) {
    const auto keyed = record(R"({"recipients":[{"address":"hmac-5bdcc146bf60754e6a042426089575c7"},{"address":"root"},
        {"address":"hmac-5bdcc146bf60754e6a042426089575c7@example.org"}]})");
    EXPECT_THAT(counted(keyed, {grouping::domain}, {}), ElementsAre("(hidden)", "(none)", "example.org"));
}

TEST(Query, GroupingsHaveNames) {
    EXPECT_EQ(named_as<grouping>("domain"), grouping::domain);
    EXPECT_EQ(named_as<grouping>("hour"), grouping::hour);
    EXPECT_FALSE(named_as<grouping>("subject"));
    EXPECT_EQ(names(grouping{}).size(), static_cast<std::size_t>(grouping::reason) + 1);
}

TEST(Rfc3339, IsReadAsFarAsATimePointGoesAndNoFurther) {
    for (const auto* good : {"1678-01-01T00:00:00Z", "2261-12-31T23:59:60.999Z", "2026-11-27T09:00:00.123Z"})
        EXPECT_TRUE(parse_rfc3339(good)) << good;
    for (const auto* bad :
         {"1677-12-31T23:59:59Z", "4052-11-27T09:00:00.000Z", "2026-02-30T09:00:00Z", "2026-11-27 09:00:00Z", ""})
        EXPECT_FALSE(parse_rfc3339(bad)) << bad;
}

} // namespace
} // namespace sealgate::policy
