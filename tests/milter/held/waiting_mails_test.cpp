// Held mails that the gateway knows of, as files: kept, forgotten, and of another form passed over.
#include "keys/base/files.hpp"
#include "milter/held/waiting_mails.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

class WaitingMails : public testing::Test {
protected:
    static policy::waiting_mail mail(const std::string& decision, int since) {
        return {.decision = decision,
                .queue_id = "Q" + decision.substr(0, 4),
                .since = sys_seconds(seconds(since)),
                .sender = "ann@example.org",
                .recipients = {"max@example.org"},
                .why = "secret: tier",
                .told = policy::held_told::once};
    }
    keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
    waiting_mails waiting{scratch.path()};
};

TEST_F(WaitingMails, ComeBackTheOldestFirst) {
    EXPECT_TRUE(waiting.all().empty());
    waiting.keep(mail("2222-2222", 20));
    waiting.keep(mail("1111-1111", 30));
    EXPECT_EQ(waiting.all(), (std::vector{mail("2222-2222", 20), mail("1111-1111", 30)}));
    waiting.forget({"2222-2222"});
    waiting.forget({"../2222"});
    waiting.forget({""});
    EXPECT_EQ(waiting.all(), (std::vector{mail("1111-1111", 30)}));
}

TEST_F(WaitingMails, ThatAreGoneAreForgottenButNotThoseThatCameJustNow) {
    waiting.keep(mail("1111-1111", 10));
    waiting.keep(mail("2222-2222", 10));
    waiting.keep(mail("3333-3333", 90));
    waiting.forget_but({"Q2222"}, sys_seconds(seconds(50)));
    EXPECT_EQ(waiting.all(), (std::vector{mail("2222-2222", 10), mail("3333-3333", 90)}));
}

TEST_F(WaitingMails, OfAnotherFormArePassedOver) {
    waiting.keep(mail("1111-1111", 10));
    keys::replace_file(scratch.path() / "waiting" / "2.json", "nonsense");
    keys::replace_file(scratch.path() / "waiting" / "3.json", R"({"decision":5})");
    keys::replace_file(scratch.path() / "waiting" / "4.json", R"({"decision":"a","queue_id":"","since":"","told":9})");
    EXPECT_EQ(waiting.all().size(), 1U);
    waiting.keep(mail("../../evil", 10));
    EXPECT_EQ(waiting.all().size(), 1U);
}

TEST_F(WaitingMails, KnowWhenTheLastMailLeft) {
    EXPECT_FALSE(waiting.last_mail());
    waiting.set_last_mail(sys_seconds(seconds(50)));
    EXPECT_EQ(waiting.last_mail(), sys_seconds(seconds(50)));
    keys::replace_file(scratch.path() / "told", "nonsense");
    EXPECT_FALSE(waiting.last_mail());
}

} // namespace
} // namespace sealgate::milter
