// The mail to the sender of a held mail that was refused: in the policy's languages, answered by nobody, and of no Subject.
#include "policy/base/text.hpp"
#include "policy/notices/refusal_mail.hpp"
#include "tests/policy/support/policies.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class RefusalMail : public testing::Test {
protected:
    std::string mail() {
        return refusal_mail({.rules = rules,
                             .to = to,
                             .recipients = recipients,
                             .more = more,
                             .decision = "7Q2K-M4XD",
                             .message_id = message_id,
                             .language = language,
                             .now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 29),
                             .boundary = "b"});
    }
    policy rules = load_or_fail(example_policy);
    address to = parse_address("ann@example.org");
    std::vector<std::string> recipients{"bob@yahoo.com"};
    std::size_t more = 0;
    std::string message_id = "<1@client.example>", language = "en";
};

TEST_F(RefusalMail, SaysWhoWhatAndWhomToAsk) {
    EXPECT_THAT(mail(), AllOf(HasSubstr("To: <ann@example.org>\r\n"), HasSubstr("bob@yahoo.com"),
                              HasSubstr("Your mail was not sent."), HasSubstr("[sealgate 7Q2K-M4XD]"),
                              HasSubstr("In-Reply-To: <1@client.example>\r\n"), HasSubstr("Auto-Submitted: auto-replied\r\n")));
}

TEST_F(RefusalMail, IsInTheLanguageThatIsAskedFor) {
    language = "de";
    const bool has_german =
        std::ranges::find(rules.notices.languages, "de", &language_texts::tag) != rules.notices.languages.end();
    EXPECT_THAT(mail(), HasSubstr(has_german ? "Content-Language: de" : "Content-Language: en"));
}

TEST_F(RefusalMail, WhatIsNotWellFormedGetsIntoNoField) {
    message_id = "<1@x>\r\nBcc: eve@gmx.net";
    recipients = {"bob@yahoo.com\r\nBcc: eve@gmx.net"};
    EXPECT_THAT(mail(), AllOf(Not(HasSubstr("\r\nBcc:")), Not(HasSubstr("In-Reply-To"))));
}

TEST_F(RefusalMail, OfMailToThousandsNamesAFew) {
    recipients.assign(5000, "bob@yahoo.com");
    EXPECT_LT(mail().size(), 10'000U);
    EXPECT_THAT(mail(), HasSubstr("4990"));
    recipients.assign(10, "bob@yahoo.com");
    more = 7000;
    EXPECT_THAT(mail(), HasSubstr("7000"));
}

} // namespace
} // namespace sealgate::policy
