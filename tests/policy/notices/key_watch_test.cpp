// What is due, given keys, what was told, and the time: days in the life of a few keys.
#include "policy/notices/key_watch.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_seconds;

const sys_seconds start{std::chrono::sys_days(std::chrono::year(2026) / 11 / 28) + 9h};
const std::vector<seconds> steps{days(30), days(7), days(1)};

organisation_key vault(key_state state, std::optional<sys_seconds> end = {}) {
    return {.entry = "vault@example.org", .state = state, .fingerprint = "V", .end = end};
}

ending_certificate ends(std::string fingerprint, sys_seconds end) {
    return {.fingerprint = fingerprint, .addresses = {fingerprint + "@x.org"}, .end = end};
}

std::string words(const watch_news& news) {
    std::string out;
    for (const auto& one : news.unusable)
        out += one.key.entry + " " + std::string(name_of(one.key.state)) + " since " +
               std::to_string((one.since - start).count() / 3600) + "h ";
    for (const auto& one : news.ending) out += one.fingerprint + " ends ";
    for (const auto& one : news.ended) out += one.fingerprint + " ended ";
    for (const auto& one : news.news) out += one.fingerprint + " " + std::string(name_of(one.what)) + " ";
    return out.empty() ? out : out.substr(0, out.size() - 1);
}

// A gateway that looks at the same keys again and again, and remembers.
class KeysToTell : public testing::Test {
protected:
    std::string at(seconds since_start) {
        const auto news = keys_to_tell(keys, before, told, start + since_start);
        told = news.after;
        next = news.next - start;
        return words(news);
    }

    watched_keys keys;
    std::vector<seconds> before = steps;
    watch_memory told;
    seconds next{};
};

TEST_F(KeysToTell, NothingIsToldOfNothing) {
    keys.organisation = {vault(key_state::usable)};
    keys.certificates = {ends("bob", start + days(30) + 1s)};
    EXPECT_EQ(at(0s), "");
    EXPECT_EQ(told, watch_memory{});
    EXPECT_EQ(next, 1s);
}

TEST_F(KeysToTell, AKeyOfTheOrganisationThatCannotBeUsedIsToldAtOnceAndOnceADay) {
    keys.organisation = {vault(key_state::missing)};
    EXPECT_EQ(at(0s), "vault@example.org missing since 0h");
    EXPECT_EQ(next, 24h);
    EXPECT_EQ(at(1s), "");
    EXPECT_EQ(next, 24h);
    EXPECT_EQ(at(24h - 1s), "");
    keys.organisation = {vault(key_state::revoked)};
    EXPECT_EQ(at(24h), "vault@example.org revoked since 0h");
    EXPECT_EQ(at(25h), "");
    keys.organisation = {vault(key_state::usable)};
    EXPECT_EQ(at(72h), "");
    EXPECT_TRUE(told.organisation.empty());
}

TEST_F(KeysToTell, ItIsLookedAtInTheSecondInWhichItEnds) {
    keys.organisation = {vault(key_state::usable, start + 90s)};
    EXPECT_EQ(at(0s), "");
    EXPECT_EQ(next, 90s);
    keys.organisation = {vault(key_state::expired, start + 90s)};
    EXPECT_EQ(at(90s), "vault@example.org expired since 0h");
}

TEST_F(KeysToTell, ASecondOneIsToldAtOnceAlthoughAMailLeftToday) {
    keys.organisation = {vault(key_state::missing)};
    at(0s);
    auto second = vault(key_state::disabled);
    second.entry = "archive@example.org";
    keys.organisation.push_back(second);
    EXPECT_EQ(at(2h), "vault@example.org missing since 0h archive@example.org disabled since 2h");
    EXPECT_EQ(at(24h), "") << "one a day: the second told of both";
    EXPECT_EQ(at(26h), "vault@example.org missing since 0h archive@example.org disabled since 2h");
}

TEST_F(KeysToTell, OneThatBreaksAgainAndAgainIsToldOnceAnHour) {
    const auto broken = [this] { keys.organisation = {vault(key_state::disabled)}; };
    const auto mended = [this] { keys.organisation = {vault(key_state::usable)}; };
    broken();
    EXPECT_NE(at(0s), "");
    mended();
    EXPECT_EQ(at(10s), "");
    broken();
    EXPECT_EQ(at(20s), "");
    EXPECT_EQ(next, 1h);
    mended();
    EXPECT_EQ(at(30min), "");
    broken();
    EXPECT_EQ(at(40min), "");
    EXPECT_EQ(at(1h), "vault@example.org disabled since 0h");
    mended();
    at(3h);
    broken();
    EXPECT_EQ(at(4h), "vault@example.org disabled since 4h") << "told more than an hour ago";
}

TEST_F(KeysToTell, ACertificateIsToldOnceForEachStepAndOnceWhenItHasEnded) {
    keys.certificates = {ends("bob", start + days(40))};
    std::string said;
    for (auto time = 0h; time <= days(60); time += 1h)
        if (const auto news = at(time); !news.empty()) said += news + " at day " + std::to_string(time / 24h) + "; ";
    EXPECT_EQ(said, "bob ends at day 10; bob ends at day 33; bob ends at day 39; bob ended at day 40; ");
}

TEST_F(KeysToTell, OneThatIsCloseWhenItIsFirstSeenIsToldOnceForAllStepsBehindIt) {
    keys.certificates = {ends("bob", start + days(5))};
    EXPECT_EQ(at(0s), "bob ends");
    EXPECT_EQ(at(24h), "");
    EXPECT_EQ(at(days(4)), "bob ends");
}

TEST_F(KeysToTell, CertificatesWaitForEachOtherADay) {
    keys.certificates = {ends("bob", start + days(7)), ends("eve", start + days(6)), ends("old", start - days(400))};
    EXPECT_EQ(at(0s), "eve ends bob ends old ended");
    keys.certificates.push_back(ends("zoe", start + days(3)));
    EXPECT_EQ(at(2h), "");
    EXPECT_EQ(next, 24h);
    EXPECT_EQ(at(24h), "zoe ends");
}

TEST_F(KeysToTell, TheNextEndAndTheLastOneStandFirstAndOurOwnBeforeThem) {
    auto own = ends("own", start + days(29));
    own.of_organisation = true;
    keys.certificates = {ends("c", start + days(6)), ends("a", start + days(1)), own, ends("z", start - days(9)),
                         ends("y", start - days(1))};
    EXPECT_EQ(at(0s), "own ends a ends c ends y ended z ended");
}

TEST_F(KeysToTell, AnotherEndBeginsAnewAndWhatIsGoneIsForgotten) {
    keys.certificates = {ends("bob", start + days(5))};
    at(0s);
    keys.certificates = {ends("bob", start + days(6))};
    EXPECT_EQ(at(24h), "bob ends");
    keys.certificates.clear();
    EXPECT_EQ(at(48h), "");
    EXPECT_TRUE(told.certificates.empty());
}

TEST_F(KeysToTell, WhatIsToldAtOnceBringsTheRestAlong) {
    keys.certificates = {ends("bob", start + days(5))};
    at(0s);
    keys.certificates.push_back(ends("eve", start + days(5)));
    keys.organisation = {vault(key_state::weak)};
    EXPECT_EQ(at(1h), "vault@example.org weak since 1h eve ends");
    EXPECT_EQ(at(24h), "");
}

TEST_F(KeysToTell, NewsOfFoundOnesIsToldOnceAndWaitsADay) {
    const auto news = [](char digit, seconds at, key_news_kind what) {
        return key_news{.time = start + at, .what = what, .address = "kay@example.org", .fingerprint = std::string(1, digit)};
    };
    keys.news = {news('B', -1s, key_news_kind::changed), news('A', -9s, key_news_kind::proposed)};
    EXPECT_EQ(at(0s), "B changed A proposed");
    EXPECT_EQ(told.news, start - 1s) << "what is told is not asked for again";
    keys.news = {news('C', 5s, key_news_kind::revoked)};
    EXPECT_EQ(at(10s), "") << "once a day";
    EXPECT_EQ(told.news, start - 1s);
    EXPECT_EQ(at(days(1)), "C revoked");
    EXPECT_EQ(told.news, start + 5s);
}

TEST_F(KeysToTell, TimesToComeAreOfAClockThatWasWrong) {
    told.mail = start + days(400);
    told.organisation["vault@example.org"] = {.since = start + days(399), .told = start + days(400)};
    keys.organisation = {vault(key_state::missing)};
    EXPECT_EQ(at(0s), "vault@example.org missing since 0h");
    EXPECT_EQ(at(5s), "");
    EXPECT_EQ(next, 24h);
}

TEST_F(KeysToTell, TheNextLookIsToComeAndWithinADay) {
    for (const auto end : {-days(1), days(0), days(1), days(7), days(30), days(31)}) {
        keys.certificates = {ends("bob", start + end)};
        for (const auto time : {0s, 1s, seconds(23h), seconds(25h)}) {
            at(time);
            EXPECT_GT(next, time) << end.count();
            EXPECT_LE(next, time + 24h) << end.count();
        }
    }
}

} // namespace
} // namespace sealgate::policy
