// The mail to administrators as a whole: golden files (tests/policy/golden/watch-*.eml). SEALGATE_RENEW_GOLDEN=1 writes them
// anew; look at the difference before you commit it.
#include "policy/base/text.hpp"
#include "policy/notices/watch_mail.hpp"
#include "tests/policy/support/policies.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace sealgate::policy {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::chrono::sys_seconds now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 28) + 9h};

std::string fingerprint(char digit) { return std::string(40, digit); }

unusable_key unusable(std::string entry, key_state state, std::string its_fingerprint = {}) {
    return {.key = {.entry = std::move(entry), .state = state, .fingerprint = std::move(its_fingerprint), .end = now - 2h},
            .since = now - 1h};
}

ending_certificate ends(char digit, std::string address, std::chrono::seconds in) {
    return {.fingerprint = fingerprint(digit), .addresses = {std::move(address)}, .end = now + in};
}

class WatchMail : public testing::Test {
protected:
    std::string mail() { return watch_mail({.rules = rules, .mode = how, .to = to, .news = news, .now = now}); }

    policy rules = load_or_fail(example_policy);
    mode how = mode::enforce;
    std::vector<address> to{parse_address("postmaster@example.org")};
    watch_news news{};
};

void expect_golden(const std::string& name, const std::string& written) {
    const auto file = std::filesystem::path(SEALGATE_GOLDEN) / name;
    if (std::getenv("SEALGATE_RENEW_GOLDEN") != nullptr) std::ofstream(file, std::ios::binary) << written;
    std::ifstream in(file, std::ios::binary);
    std::ostringstream whole;
    whole << in.rdbuf();
    EXPECT_EQ(written, whole.str()) << file;
    std::istringstream lines(written);
    for (std::string line; std::getline(lines, line);) {
        EXPECT_LE(line.size(), 79u) << line;
        EXPECT_TRUE(text::is_ascii(line)) << line;
        EXPECT_TRUE(line.ends_with('\r')) << line;
    }
}

TEST_F(WatchMail, GoldenFilesAreWhatIsWritten) {
    news.unusable = {unusable("vault@example.org", key_state::expired, fingerprint('A'))};
    expect_golden("watch-one-key.eml", mail());

    news.unusable.push_back(unusable("archive@example.org", key_state::missing));
    news.unusable.push_back(unusable(fingerprint('B'), key_state::disabled, fingerprint('B')));
    news.unusable.push_back(unusable("press@example.org", key_state::revoked, fingerprint('C')));
    news.ending = {ends('D', "bob@partner.example", days(5)), ends('E', "eve@partner.example", days(6))};
    news.ending.front().of_organisation = true;
    news.ended = {ends('F', "zoë@bücher.example", -days(3))};
    to.push_back(parse_address("ann@bücher.example"));
    expect_golden("watch-all.eml", mail());

    news.unusable.clear();
    news.ended.clear();
    expect_golden("watch-ending.eml", mail());
}

TEST_F(WatchMail, NewsOfFoundOnesHasTheCommandsToType) {
    const auto one = [](char digit, std::string address, key_news_kind what) {
        return key_news{.time = now - 2h, .what = what, .address = std::move(address), .fingerprint = fingerprint(digit)};
    };
    news.news = {one('A', "kay@partner.example", key_news_kind::proposed)};
    EXPECT_THAT(mail(), AllOf(HasSubstr("Subject: 1 key was found and waits for your word\r\n"),
                              HasSubstr("sealgate keys approve FINGERPRINT")));
    news.news.push_back(one('B', "bob@partner.example", key_news_kind::changed));
    news.news.back().replaces = fingerprint('C');
    news.news.push_back(one('D', "eve@partner.example", key_news_kind::revoked));
    expect_golden("watch-news.eml", mail());
}

TEST_F(WatchMail, InMonitorModeNoMailWaits) {
    how = mode::monitor;
    news.unusable = {unusable("vault@example.org", key_state::expired, fingerprint('A'))};
    EXPECT_THAT(mail(), AllOf(HasSubstr("Subject: Mail would wait: "), HasSubstr("no mail waits yet")));
}

TEST_F(WatchMail, ACertificateThatCannotBeReadIsNotToBeImportedAgain) {
    auto doubted = unusable("vault@example.org", key_state::missing);
    doubted.key.in_doubt = true;
    news.unusable = {doubted};
    EXPECT_THAT(mail(),
                AllOf(HasSubstr("cannot be read just now"), HasSubstr("sealgate check"), Not(HasSubstr("keys import"))));
}

TEST_F(WatchMail, LongListsAreNamedInPartAndCounted) {
    for (int i = 0; i < 60; ++i) news.ending.push_back(ends('D', "p" + std::to_string(i) + "@x.org", days(1)));
    news.ending.front().addresses = {"a@x.org", "b@x.org", "c@x.org", "d@x.org"};
    EXPECT_THAT(mail(), AllOf(HasSubstr("Subject: 60 certificates end soon\r\n"), HasSubstr("p49@x.org"),
                              Not(HasSubstr("p50@x.org")), HasSubstr("and 10 more."), Not(HasSubstr("d@x.org"))));
}

TEST_F(WatchMail, IsKnownByWhatItTellsUntilItIsTold) {
    news.unusable = {unusable("vault@example.org", key_state::expired)};
    const auto first = watch_identity(news, {}, to.front());
    EXPECT_EQ(first, watch_identity(news, {}, parse_address("Postmaster@Example.org")));
    EXPECT_NE(first, watch_identity(news, now, to.front()));
    EXPECT_NE(first, watch_identity(news, {}, parse_address("ann@example.org")));
    news.unusable.front().since = now;
    EXPECT_EQ(first, watch_identity(news, {}, to.front()));
    news.ending = {ends('D', "bob@partner.example", days(5))};
    const auto second = watch_identity(news, {}, to.front());
    EXPECT_NE(first, second);
    news.news = {{.time = now, .what = key_news_kind::revoked, .address = "kay@x.org", .fingerprint = fingerprint('A')}};
    EXPECT_NE(second, watch_identity(news, {}, to.front()));
}

} // namespace
} // namespace sealgate::policy
