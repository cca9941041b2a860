// Records as numbers, within bounds.
#include "policy/base/rfc3339.hpp"
#include "policy/report/tally.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
namespace json = boost::json;

struct mail {
    std::string_view time = "2026-11-23T09:00:00.000Z";
    std::string_view outcome = "deliver";
    std::string_view classification = "internal";
    std::string_view mode = "enforce";
    std::string_view policy = "sha256:1111";
    // address, tier, action, result, reason
    std::vector<std::array<std::string_view, 5>> recipients = {};
    std::string_view failure = "";
    json::array near_misses = {};
    std::string_view sender = "ann@example.org";
};

json::object record(const mail& of) {
    json::array recipients;
    for (const auto& [address, tier, action, result, reason] : of.recipients)
        recipients.push_back(
            json::object{{"address", address}, {"tier", tier}, {"action", action}, {"result", result}, {"reason", reason}});
    return {{"time", of.time},
            {"outcome", of.outcome},
            {"mode", of.mode},
            {"policy", of.policy},
            {"sender", of.sender},
            {"classification", of.classification.empty() ? json::value(nullptr) : json::value(of.classification)},
            {"failure", of.failure.empty() ? json::value(nullptr) : json::value(of.failure)},
            {"near_misses", of.near_misses},
            {"recipients", std::move(recipients)}};
}

tally tallied(const std::vector<mail>& mails, std::size_t most = most_keys) {
    tally out({}, {}, most);
    for (const auto& one : mails) out.add(record(one));
    return out;
}

std::uint64_t all(const numbers& of) {
    return sum(of.totals, [](const kind_of_mail&) { return true; });
}

wall_time at(std::string_view text) { return parse_rfc3339(text).value(); }

TEST(Tally, MailIsCountedByClassificationModeAndOutcome) {
    const auto counts = tallied({{.outcome = "seal", .classification = "confidential"},
                                 {.outcome = "seal", .classification = "confidential"},
                                 {.outcome = "reject", .classification = ""},
                                 {.outcome = "seal", .classification = "confidential", .mode = "monitor"}});
    EXPECT_THAT(counts.counted().totals, ElementsAre(Pair(kind_of_mail{"", mode::enforce, outcome::reject}, 1),
                                                     Pair(kind_of_mail{"confidential", mode::enforce, outcome::seal}, 2),
                                                     Pair(kind_of_mail{"confidential", mode::monitor, outcome::seal}, 1)));
}

TEST(Tally, HoursOfTheDayAddUpToAll) {
    const auto counts =
        tallied({{.time = "2026-11-23T09:00:00Z"}, {.time = "2026-11-23T09:59:59Z"}, {.time = "2026-11-23T10:00:00Z"}});
    std::vector<std::uint64_t> hours;
    for (const auto& [hour, in_it] : counts.counted().by_hour.values())
        hours.push_back(sum(in_it, [](const kind_of_mail&) { return true; }));
    EXPECT_THAT(hours, ElementsAre(2, 1));
    EXPECT_EQ(counts.counted().first, at("2026-11-23T09:00:00Z"));
    EXPECT_EQ(counts.counted().last, at("2026-11-23T10:00:00Z"));
}

TEST(Tally, OnlyThePeriodIsCounted) {
    tally counts(at("2026-11-23T09:00:00Z"), at("2026-11-24T09:00:00Z"));
    for (const auto* time : {"2026-11-23T08:59:59Z", "2026-11-23T09:00:00Z", "2026-11-24T08:59:59Z", "2026-11-24T09:00:00Z"})
        counts.add(record({.time = time}));
    EXPECT_EQ(all(counts.counted()), 2u);
}

// What a recipient's result counts for, in a mail of that outcome and mode.
TEST(Tally, RecipientsCountForWhatWasDoneToThem) {
    struct {
        std::string_view mail, mode, result;
        effects counted;
    } const table[] = {
        {"reject", "enforce", "reject", {.refused = 1}},
        {"reject", "enforce", "hold", {}}, // the mail was refused for somebody else
        {"reject", "enforce", "warn", {}}, // and so did not go to this one
        {"hold", "enforce", "hold", {.held = 1}},
        {"hold", "enforce", "warn", {}},
        {"warn", "enforce", "warn", {.warned = 1}},
        {"seal", "enforce", "warn", {.warned = 1}},
        {"seal", "enforce", "seal", {}},
        {"defer", "enforce", "reject", {}}, // it comes again
        {"deliver", "enforce", "deliver", {}},
        {"reject", "monitor", "reject", {.watched = 1}},
        {"reject", "monitor", "warn", {.watched = 1}},
        {"hold", "monitor", "hold", {.watched = 1}},
        {"seal", "monitor", "seal", {}},
    };
    for (const auto& row : table) {
        const auto counts = tallied({{.outcome = row.mail,
                                      .mode = row.mode,
                                      .recipients = {{"Bob@Yahoo.com", "unsecure", "warn", row.result, "tier"}}}});
        const auto& domains = counts.counted().domains.values();
        const auto found = domains.empty() ? effects{} : domains.at({"yahoo.com", "unsecure"});
        EXPECT_TRUE(found.warned == row.counted.warned && found.refused == row.counted.refused &&
                    found.held == row.counted.held && found.watched == row.counted.watched)
            << row.mail << " " << row.mode << " " << row.result;
    }
}

TEST(Tally, DomainsAreNotBlamedForTheMessage) {
    for (const auto* reason : {"near-miss", "untagged", "too-large", "pgp-fake", "no-such-reason"}) {
        const auto counts =
            tallied({{.outcome = "reject", .recipients = {{"bob@partner.example", "secure", "deliver", "reject", reason}}}});
        EXPECT_THAT(counts.counted().domains.values(), IsEmpty()) << reason;
        EXPECT_EQ(counts.counted().reasons.values().at(reason).refused, 1u);
    }
}

TEST(Tally, PeopleWithoutAKeyAreListedWithTheLastReason) {
    const auto counts = tallied({{.time = "2026-11-23T09:00:00Z",
                                  .outcome = "reject",
                                  .recipients = {{"bob@x.org", "unknown", "encrypt", "reject", "no-key"}}},
                                 {.time = "2026-11-24T09:00:00Z",
                                  .outcome = "reject",
                                  .recipients = {{"Bob@X.org", "secure", "encrypt", "reject", "key-expired"}}},
                                 {.outcome = "reject", .recipients = {{"max@x.org", "secure", "reject", "reject", "tier"}}}});
    const auto& people = counts.counted().wanted.people().values();
    ASSERT_EQ(people.size(), 1u);
    const auto& bob = people.at("bob@x.org");
    EXPECT_EQ(bob.mails, 2u);
    EXPECT_EQ(bob.reason, "key-expired");
    EXPECT_EQ(bob.tier, "secure");
    EXPECT_EQ(bob.last, at("2026-11-24T09:00:00Z"));
}

TEST(Tally, PeopleUnderTwoKeysAreTwoWaysOfNaming) {
    const auto counted_under = [](std::string_view second_key) {
        tally out({}, {});
        for (const auto key : {std::string_view("1"), second_key}) {
            out.add({{"time", "2026-11-23T08:00:00Z"}, {"event", "start"}, {"address_key", key}});
            out.add(json::object{{"time", "2026-11-23T09:00:00Z"},
                                 {"outcome", "reject"},
                                 {"recipients", json::array{json::object{{"address", "hmac-0123456789abcdef0123456789abcdef"},
                                                                         {"result", "reject"},
                                                                         {"reason", "no-key"}}}}});
        }
        return out.counted().ways.number();
    };
    EXPECT_EQ(counted_under("1"), 1u);
    EXPECT_EQ(counted_under("2"), 2u);
}

TEST(Tally, NearMissesCountOnceAMail) {
    const json::array twice{json::object{{"suggestion", "confidential"}, {"carrier", "subject"}},
                            json::object{{"suggestion", "confidential"}, {"carrier", "subject"}}};
    const auto counts = tallied({{.outcome = "reject", .near_misses = twice},
                                 {.outcome = "warn", .near_misses = twice},
                                 {.outcome = "hold", .mode = "monitor", .near_misses = twice}});
    EXPECT_EQ(counts.counted().near_misses, 3u);
    const auto& miss = counts.counted().suggestions.values().at({"confidential", "subject"});
    EXPECT_TRUE(miss.refused == 1 && miss.passed == 1 && miss.watched == 1 && miss.held == 0);
}

TEST(Tally, MonitorModeIsCountedBySenderRuleAndDomain) {
    const auto counts = tallied({{.outcome = "reject",
                                  .classification = "confidential",
                                  .mode = "monitor",
                                  .recipients = {{"bob@yahoo.com", "unsecure", "encrypt", "reject", "no-key"},
                                                 {"eva@partner.example", "secure", "encrypt", "seal", "sealed"}},
                                  .sender = "Ann@example.org"},
                                 {.outcome = "reject", .sender = "max@example.org"}});
    const auto& of = counts.counted();
    ASSERT_EQ(of.watched_senders.values().size(), 1u);
    EXPECT_THAT(of.watched_senders.values().at("ann@example.org"), ElementsAre(0, 0, 0, 0, 1, 0));
    EXPECT_THAT(of.watched_rules.values().at({"confidential", "unsecure", "encrypt", "no-key"}), ElementsAre(0, 0, 0, 0, 1, 0));
    EXPECT_THAT(of.watched_domains.values().at("partner.example"), ElementsAre(0, 0, 1, 0, 0, 0));
}

std::vector<std::pair<change_kind, std::string>> changes(const tally& of) {
    std::vector<std::pair<change_kind, std::string>> out;
    for (const auto& one : of.counted().changes) out.emplace_back(one.kind, one.what);
    return out;
}

TEST(Tally, AnotherPolicyOrModeIsAChangeAlsoFromOutsideThePeriod) {
    tally counts(at("2026-11-23T09:00:00Z"), {});
    counts.add(record({.time = "2026-11-22T09:00:00Z", .policy = "sha256:0123456789abcdef"}));
    counts.add(record({.time = "2026-11-23T09:00:00Z", .policy = "sha256:fedcba9876543210"}));
    counts.add(record({.time = "2026-11-23T10:00:00Z", .mode = "monitor", .policy = "sha256:fedcba9876543210"}));
    EXPECT_THAT(changes(counts), ElementsAre(Pair(change_kind::policy, "policy changed from 0123456789ab… to fedcba987654…"),
                                             Pair(change_kind::mode, "mode changed from enforce to monitor")));
    EXPECT_EQ(counts.counted().changes[0].when, at("2026-11-23T09:00:00Z"));
}

json::object event(std::string_view name, json::object more = {}) {
    more["time"] = "2026-11-23T09:00:00Z";
    more["event"] = name;
    return more;
}

TEST(Tally, EventsAreTold) {
    tally counts({}, {});
    counts.add(event("start", {{"version", "0.1.0"}, {"mode", "enforce"}, {"policy", "sha256:a"}}));
    counts.add(event("reload", {{"policy_before", "sha256:a"}, {"policy", "sha256:b"}}));
    counts.add(event("reload", {{"policy_before", "sha256:b"}, {"policy", "sha256:b"}}));
    counts.add(event("key-import", {{"fingerprint", "8C1A"}, {"addresses", {"bob@x.org", "eva@x.org"}}, {"user", "root"}}));
    counts.add(event("start"));
    counts.add(event("clock-jumped", {{"seconds", -10'800}, {"last_record", "2026-11-23T12:00:00.000Z"}}));
    counts.add(event("repair", {{"octets", 12}}));
    counts.add(event("stop"));
    counts.add(event("start"));
    counts.add(event("what-comes-later"));
    EXPECT_THAT(counts.counted().changes_by_kind,
                ElementsAre(Pair(change_kind::policy, 1), Pair(change_kind::keys, 1), Pair(change_kind::start, 2),
                            Pair(change_kind::unclean, 1), Pair(change_kind::stop, 1), Pair(change_kind::reload, 2),
                            Pair(change_kind::repair, 1), Pair(change_kind::clock, 1), Pair(change_kind::other, 1)));
    EXPECT_THAT(changes(counts),
                testing::Contains(Pair(change_kind::clock, "the clock went back by 3 h, or the machine slept; the "
                                                           "record before is of 2026-11-23T12:00:00.000Z")));
    EXPECT_EQ(all(counts.counted()), 0u);
    EXPECT_THAT(changes(counts),
                testing::Contains(Pair(change_kind::keys, "key-import 8C1A of bob@x.org, eva@x.org, by root")));
    counts.add(event("key-changed", {{"fingerprint", "8C1A"},
                                     {"addresses", {"bob@x.org"}},
                                     {"source", "wkd"},
                                     {"evidence", "https://x.org/"},
                                     {"standing", "pinned"},
                                     {"replaces", "77E2"}}));
    EXPECT_THAT(changes(counts),
                testing::Contains(Pair(change_kind::keys, "key-changed 8C1A of bob@x.org, from wkd (https://x.org/), pinned, "
                                                          "in place of 77E2")));
}

TEST(Tally, AKeyStoreChangedByAnyHandIsTold) {
    const auto store = [](std::string_view digest, int count) {
        return json::object{{"certificates", {{"count", count}, {"digest", digest}}}};
    };
    tally counts({}, {});
    counts.add(event("start", store("sha256:a", 3)));
    counts.add(event("reload", store("sha256:a", 3)));
    EXPECT_THAT(changes(counts), testing::Not(testing::Contains(testing::Key(change_kind::keys))));
    counts.add(event("reload", store("sha256:b", 2)));
    EXPECT_THAT(changes(counts),
                testing::Contains(Pair(change_kind::keys, "the key store in use changed; certificates in it: 2")));
}

TEST(Tally, ASigningKeyReplacedByAnyHandIsTold) {
    tally counts({}, {});
    counts.add(event("signing-key", {{"key", "AAA="}}));
    counts.add(event("start", {{"signing_key", "AAA="}}));
    counts.add(event("start"));
    EXPECT_EQ(counts.counted().changes_by_kind.at(change_kind::keys), 1u);
    counts.add(event("start", {{"signing_key", "BBB="}}));
    counts.add(event("start", {{"signing_key", "BBB="}}));
    EXPECT_EQ(counts.counted().changes_by_kind.at(change_kind::keys), 2u);
    EXPECT_THAT(changes(counts),
                testing::Contains(Pair(change_kind::keys, "the key that signs checkpoints of the log was replaced by BBB=")));
}

TEST(Tally, WhatIsNotAsExpectedCountsForNothing) {
    tally counts({}, {});
    for (const auto* text : {R"({})", R"({"time":"2026-11-23T09:00:00Z"})", R"({"time":7,"outcome":"deliver"})",
                             R"({"time":"9999-01-01T00:00:00Z","outcome":"deliver"})",
                             R"({"time":"2026-11-23T09:00:00Z","outcome":"explode"})", R"({"outcome":"deliver"})"})
        counts.add(json::parse(text).as_object());
    counts.add_unreadable();
    EXPECT_EQ(counts.counted().unreadable, 7u);
    EXPECT_EQ(all(counts.counted()), 0u);
    for (
        const auto* text :
        {R"({"time":"2026-11-23T09:00:00Z","outcome":"reject","mode":[],"policy":{},"sender":0,"recipients":7,"near_misses":[1,{}]})",
         R"({"time":"2026-11-23T09:00:00Z","outcome":"reject","recipients":[1,{},{"result":"reject"},{"address":[],"tier":1,"result":"reject","reason":"no-key"}]})",
         R"({"time":"2026-11-23T09:00:00Z","event":"key-import","addresses":[1,null],"user":{}})"})
        counts.add(json::parse(text).as_object());
    EXPECT_EQ(all(counts.counted()), 2u);
    EXPECT_EQ(counts.counted().recipients, 2u);
}

TEST(Tally, StrangersDoNotDecideAboutTheMemory) {
    std::vector<mail> mails;
    std::vector<std::string> texts;
    for (int i = 0; i < 40; ++i) texts.push_back("r" + std::to_string(i) + "@d" + std::to_string(i) + ".example");
    for (const auto& text : texts)
        mails.push_back({.outcome = "reject",
                         .classification = text,
                         .mode = "monitor",
                         .recipients = {{text, "unknown", "encrypt", "reject", "no-key"}},
                         .sender = text});
    const auto counts = tallied(mails, 10);
    const auto& of = counts.counted();
    EXPECT_EQ(of.wanted.people().values().size(), 10u);
    EXPECT_EQ(of.wanted.people().left_out(), 30u);
    EXPECT_EQ(of.domains.values().size(), 10u);
    EXPECT_EQ(of.watched_senders.left_out(), 30u);
    EXPECT_EQ(of.totals.size(), most_classifications + 1); // the rest are "(others)"
    EXPECT_EQ(all(of), 40u);
}

TEST(Tally, ChangesAreTheLatestOnes) {
    tally counts({}, {});
    for (std::size_t i = 0; i < most_changes + 5; ++i) counts.add(event("key-remove", {{"fingerprint", std::to_string(i)}}));
    EXPECT_EQ(counts.counted().changes.size(), most_changes);
    EXPECT_EQ(counts.counted().changes.front().what, "key-remove 5");
    EXPECT_EQ(counts.counted().changes_by_kind.at(change_kind::keys), most_changes + 5);
}

} // namespace
} // namespace sealgate::policy
