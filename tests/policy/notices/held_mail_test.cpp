// When administrators hear of held mail, of what, and in what words; bounded, whatever is held.
#include "policy/notices/held_mail.hpp"
#include "tests/policy/support/policies.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

const sys_seconds held_now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 29) + 12h};

waiting_mail held_one(std::chrono::seconds ago, held_told told, const std::string& decision = "7Q2K-M4XD") {
    return {.decision = decision,
            .queue_id = "4XyZ1",
            .since = held_now - ago,
            .sender = "ann@example.org",
            .recipients = {"bob@yahoo.com"},
            .why = "confidential: no-key",
            .told = told};
}

TEST(HeldToTell, NewOnesAtOnceAndThenOnceAnHour) {
    const std::vector waiting{held_one(1min, held_told::no)};
    EXPECT_THAT(held_to_tell(waiting, {}, 24h, held_now).fresh, SizeIs(1));
    const auto soon = held_to_tell(waiting, held_now - 10min, 24h, held_now);
    EXPECT_TRUE(soon.none());
    EXPECT_EQ(soon.next, held_now + 50min);
    EXPECT_THAT(held_to_tell(waiting, held_now - 1h, 24h, held_now).fresh, SizeIs(1));
    EXPECT_THAT(held_to_tell(waiting, held_now + 5h, 24h, held_now).fresh, SizeIs(1)) << "a clock that was wrong";
}

TEST(HeldToTell, ForgottenOnesOnceMore) {
    EXPECT_TRUE(held_to_tell({held_one(23h, held_told::once)}, {}, 24h, held_now).none());
    EXPECT_EQ(held_to_tell({held_one(24h - 5min, held_told::once)}, {}, 24h, held_now).next, held_now + 5min);
    EXPECT_THAT(held_to_tell({held_one(25h, held_told::once)}, {}, 24h, held_now).forgotten, SizeIs(1));
    EXPECT_TRUE(held_to_tell({held_one(25h, held_told::reminded)}, {}, 24h, held_now).none());
}

class HeldMailToAdministrators : public testing::Test {
protected:
    std::string mail() { return held_mail({.rules = rules, .to = to, .news = news, .now = held_now}); }
    policy rules = load_or_fail(example_policy);
    std::vector<address> to{parse_address("postmaster@example.org")};
    held_news news{.fresh = {held_one(1min, held_told::no)}, .forgotten = {}, .next = {}};
};

TEST_F(HeldMailToAdministrators, SaysWhoWhyAndWhatToType) {
    EXPECT_THAT(mail(), AllOf(HasSubstr("To: <postmaster@example.org>\r\n"), HasSubstr("Subject: 1 mail is held\r\n"),
                              HasSubstr("4XyZ1"), HasSubstr("ann@example.org"), HasSubstr("[sealgate 7Q2K-M4XD]"),
                              HasSubstr("sealgate held release ID"), HasSubstr("sealgate held refuse ID")));
}

TEST_F(HeldMailToAdministrators, IsBoundedAndNoFieldIsAStrangers) {
    auto one = held_one(1min, held_told::no);
    one.sender = "x\r\nBcc: eve@gmx.net";
    one.recipients.assign(5000, "bob@yahoo.com");
    news.fresh.assign(5000, one);
    EXPECT_LT(mail().size(), 60'000U);
    EXPECT_THAT(mail(), AllOf(HasSubstr("and 4950 more."), Not(HasSubstr("\r\nBcc:"))));
}

TEST_F(HeldMailToAdministrators, HasTheSameIdentityForTheSameNewsAlone) {
    const auto before = held_identity(news, to.front());
    EXPECT_EQ(before, held_identity(news, to.front()));
    news.forgotten = {held_one(25h, held_told::once, "1111-1111")};
    EXPECT_NE(before, held_identity(news, to.front()));
}

} // namespace
} // namespace sealgate::policy
