// Who wrote a mail: one of ours, a program, a stranger.
#include "policy/decision/author.hpp"
#include "tests/policy/support/policies.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

class Author : public testing::Test {
protected:
    author of(const std::string& header, const char* sender = "ann@example.org", login who = login::none) const {
        return author_of(tiers, parse_message(header + "\n\nbody\n"), parse_address(sender), who);
    }
    const tier_table tiers = load_or_fail(example_policy).tiers;
};

TEST_F(Author, IsAProgramWhereTheMailSaysSo) {
    for (const auto* header :
         {"Auto-Submitted: auto-generated", "auto-submitted: auto-replied; type=vacation", "Auto-Submitted: (x) weekly",
          "Auto-Submitted:", "X-Cron-Env: <SHELL=/bin/sh>", "Auto-Submitted: no\nAuto-Submitted: auto-notified"})
        for (const auto who : {login::none, login::known}) EXPECT_EQ(of(header, "root", who), author::program) << header;
    for (const auto* header :
         {"Subject: x", "Auto-Submitted: no", "Auto-Submitted: No; (by hand)", "Precedence: bulk", "List-Id: <x>"})
        EXPECT_EQ(of(header), author::person) << header;
    EXPECT_EQ(of("From: ann@example.org", ""), author::program) << "no sender";
}

TEST_F(Author, IsAStrangerWhereNothingNamesUs) {
    EXPECT_EQ(of("From: Eve <eve@yahoo.com>", "eve@yahoo.com"), author::stranger);
    EXPECT_EQ(of("From: Eve <eve@yahoo.com>\nAuto-Submitted: auto-replied", "bounces@yahoo.com"), author::stranger);
    EXPECT_EQ(of("From: MAILER-DAEMON@yahoo.com", ""), author::stranger);
    EXPECT_EQ(of("From: Eve <eve@yahoo.com>", "eve@yahoo.com", login::known), author::person);
    EXPECT_EQ(of("From: Eve <eve@yahoo.com>", "ann@example.org"), author::person);
    EXPECT_EQ(of("From: Eve <eve@yahoo.com>", "root"), author::person);
    for (const auto* from : {"From: Ann <ann@example.org>", "From: eve@yahoo.com, ann@example.org",
                             "From: eve@yahoo.com\nFrom: ann@example.org", "Subject: no From", "From:", "From: root"})
        EXPECT_EQ(of(from, "eve@yahoo.com"), author::person) << from;
}

} // namespace
} // namespace sealgate::policy
