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
    audience heard(const std::string& header, const char* sender, login who = login::none) const {
        return audience_of(tiers, parse_message(header + "\n\nbody\n"), parse_address(sender), who);
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

TEST_F(Author, OfAMailThatIsSentOnDoesNotHideBehindARewrittenSender) {
    const std::string from_eve = "From: Eve <eve@yahoo.com>";
    for (const auto* sender :
         {"SRS0=Ab1c=XY=yahoo.com=eve@example.org", "srs0+Ab1c=XY=yahoo.com=eve@example.org",
          "SRS1=Cd2e=other.example==Ab1c=XY=yahoo.com=eve@example.org", "ann+SRS=Ab1c=XY=yahoo.com=eve@example.org"})
        for (const auto who : {login::none, login::known}) {
            EXPECT_EQ(heard(from_eve, sender, who), audience::stranger) << sender;
            EXPECT_EQ(heard("Subject: no From", sender, who), audience::stranger) << sender;
            EXPECT_EQ(heard("From: ann@example.org", sender, who), audience::ours) << sender;
            EXPECT_EQ(of(from_eve, sender, who), author::person) << "it is judged as strictly as ever: " << sender;
        }
    for (const auto* sender : {"prvs=1234abcdef=ann@example.org", "ann@example.org", "root", "srs0@example.org",
                               "SRS0Ab1c@example.org", "srs.team@example.org"})
        EXPECT_EQ(heard(from_eve, sender), audience::ours) << sender;
}

TEST_F(Author, IsNotWhoHearsOfItWhereNothingNamesUs) {
    EXPECT_EQ(heard("From: eve@yahoo.com", "eve@yahoo.com"), audience::stranger);
    EXPECT_EQ(heard("From: eve@yahoo.com", ""), audience::stranger);
    EXPECT_EQ(heard("From: eve@yahoo.com", "eve@yahoo.com", login::known), audience::ours);
    EXPECT_EQ(heard("From: eve@yahoo.com", "eve%yahoo.com@example.org"), audience::stranger) << "a bounce goes there";
    for (const auto* nobody : {"Subject: no From", "From:"}) {
        EXPECT_EQ(heard(nobody, "eve@yahoo.com"), audience::stranger) << nobody;
        EXPECT_EQ(heard(nobody, "ann@example.org"), audience::ours) << nobody;
        EXPECT_EQ(heard(nobody, ""), audience::ours) << "nothing bounces to no sender: " << nobody;
        EXPECT_EQ(heard(nobody, "eve@yahoo.com", login::known), audience::ours) << nobody;
    }
    EXPECT_EQ(heard("From: eve@yahoo.com, ann@example.org", "eve@yahoo.com"), audience::ours);
}

} // namespace
} // namespace sealgate::policy
