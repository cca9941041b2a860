// Who was told what is kept across restarts, and bounded.
#include "keys/base/files.hpp"
#include "milter/notices/ledger.hpp"
#include "policy/crypto/digest.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const wall_time morning{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 9h};
constexpr std::chrono::seconds keep = 24h;

std::string key(std::size_t number) { return sha256_hex(std::to_string(number)); }

collected_mail mail_of(std::string sender, std::string id, wall_time due = morning + 1h) {
    return {.sender = std::move(sender),
            .language = "de",
            .due = due,
            .mail = {.id = std::move(id),
                     .kind = policy::notice_kind::held,
                     .time = morning,
                     .zone = -210min,
                     .message_id = "<1@x>",
                     .classification = "inte\"rnal",
                     .meant = {"[ü]"},
                     .recipients = {{.address = "bob@yahoo.com",
                                     .domain = "yahoo.com",
                                     .tier = "unsecure",
                                     .why = policy::reason::no_key,
                                     .has_key = true}},
                     .unnamed = 3,
                     .said = {"dass \"x\""},
                     .sealed = true,
                     .raised = true}};
}

class NoticeLedger : public testing::Test {
protected:
    notice_ledger open() { return notice_ledger(directory); }
    std::string content() const { return keys::read_file(directory / "ledger.jsonl"); }
    void append(std::string_view text) const {
        keys::open_file(directory / "ledger.jsonl", O_WRONLY | O_APPEND).write_all(text);
    }

    keys::temporary_directory scratch{fs::temp_directory_path()};
    fs::path directory = scratch.path() / "notices";
};

// From here on the disk takes no more than this from us.
class full_disk {
public:
    explicit full_disk(rlim_t octets) {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit now{.rlim_cur = octets, .rlim_max = before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
    }
    ~full_disk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

TEST(LedgerLine, ComesBackAsItWas) {
    const auto mail = mail_of("ann@example.org", "7Q2K-M4XD");
    const auto read = parse_ledger_line(to_text({.at = morning, .told = {key(1), key(2)}, .collected = mail}));
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(read->at, morning);
    EXPECT_THAT(read->told, ElementsAre(key(1), key(2)));
    ASSERT_TRUE(read->collected);
    EXPECT_EQ(read->collected->sender, mail.sender);
    EXPECT_EQ(read->collected->due, mail.due);
    EXPECT_EQ(read->collected->mail, mail.mail);
    EXPECT_EQ(parse_ledger_line(to_text({.at = morning, .sent = "ann@example.org"}))->sent, "ann@example.org");
}

TEST(LedgerLine, WhatIsNotOfItsFormIsRefused) {
    const auto whole = to_text({.at = morning, .told = {key(1)}, .collected = mail_of("ann@example.org", "7Q2K-M4XD")});
    for (std::size_t cut = 0; cut + 1 < whole.size(); ++cut) EXPECT_FALSE(parse_ledger_line(whole.substr(0, cut))) << cut;
    for (const auto* text :
         {"{}", "[]", "null", R"({"at":"yesterday"})", R"({"at":"2026-11-23T09:00:00.000Z","told":["../x"]})",
          R"({"at":"2026-11-23T09:00:00.000Z","told":3})", R"({"at":"2026-11-23T09:00:00.000Z","collected":{}})"})
        EXPECT_FALSE(parse_ledger_line(text)) << text;
    EXPECT_EQ(parse_ledger_line("{}").error(), "not of the ledger's form: a member is missing, or of another type");
    EXPECT_EQ(parse_ledger_line("{").error(), "not of the ledger's form: incomplete JSON");
    EXPECT_EQ(parse_ledger_line("[]").error(), "not of the ledger's form: not an object");
    auto wild = mail_of("ann@example.org>\r\nRCPT TO:<x@y.org", "7Q2K-M4XD");
    EXPECT_FALSE(parse_ledger_line(to_text({.at = morning, .collected = wild})));
}

TEST_F(NoticeLedger, RemembersAcrossRestarts) {
    {
        auto ledger = open();
        EXPECT_FALSE(ledger.told_at(key(1)));
        ledger.remember({key(1), key(2)}, morning, keep);
        ledger.collect("ann@example.org", mail_of("Ann@example.org", "A"), {key(3)}, morning + 1s, keep);
        ledger.collect("ann@example.org", mail_of("Ann@example.org", "B", morning + 9h), {key(4)}, morning + 2s, keep);
    }
    for (int restart = 0; restart < 3; ++restart) {
        auto ledger = open();
        EXPECT_EQ(ledger.told_at(key(2)), morning);
        EXPECT_EQ(ledger.told_at(key(4)), morning + 2s);
        EXPECT_THAT(ledger.due(morning + 1h - 1s, 1h), IsEmpty());
        EXPECT_THAT(ledger.due(morning + 1h, 1h), ElementsAre("ann@example.org"));
        EXPECT_THAT(ledger.due(morning - 24h * 365, 1h), ElementsAre("ann@example.org")) << "a wrong clock promised it";
        const auto digest = ledger.pending("ann@example.org");
        ASSERT_TRUE(digest);
        EXPECT_EQ(digest->sender, "Ann@example.org");
        EXPECT_EQ(digest->language, "de");
        EXPECT_EQ(digest->due, morning + 1h);
        EXPECT_THAT(digest->mails, ElementsAre(mail_of("", "A").mail, mail_of("", "B").mail));
        ledger.remember({key(100)}, morning + 3s, keep); // writes it anew
    }
}

TEST_F(NoticeLedger, SaysWhatWasToldLately) {
    auto ledger = open();
    EXPECT_EQ(ledger.told_behind(0).seen, 0u);
    ledger.remember({key(1), key(2)}, morning, keep);
    ledger.collect("ann@example.org", mail_of("ann@example.org", "A"), {key(3)}, morning + 1s, keep);
    const auto all = ledger.told_behind(0);
    EXPECT_THAT(all.keys, ElementsAre(std::pair(key(1), morning), std::pair(key(2), morning), std::pair(key(3), morning + 1s)));
    EXPECT_THAT(ledger.told_behind(all.seen).keys, IsEmpty());
    ledger.remember({key(4)}, morning + keep + 1h, keep); // the first ones are forgotten
    EXPECT_THAT(ledger.told_behind(all.seen).keys, ElementsAre(std::pair(key(4), morning + keep + 1h)));
    EXPECT_THAT(ledger.told_behind(0).keys, ElementsAre(std::pair(key(4), morning + keep + 1h)));
}

TEST_F(NoticeLedger, WhatWasToldElsewhereLongAgoForgetsNothing) {
    auto ledger = open();
    ledger.remember({key(1)}, morning, keep);
    ledger.learn({key(2)}, morning - 5h, morning + 1s, keep);
    EXPECT_EQ(ledger.told_at(key(1)), morning);
    EXPECT_EQ(ledger.told_at(key(2)), morning - 5h);
    EXPECT_EQ(open().told_at(key(2)), morning - 5h);
}

TEST_F(NoticeLedger, ASentDigestIsGone) {
    auto ledger = open();
    ledger.collect("ann@example.org", mail_of("ann@example.org", "A"), {key(3)}, morning, keep);
    EXPECT_EQ(ledger.next_due(), morning + 1h);
    ledger.sent("ann@example.org", {key(9)}, morning + 1h, keep);
    EXPECT_FALSE(ledger.next_due());
    EXPECT_FALSE(open().pending("ann@example.org"));
    EXPECT_EQ(open().told_at(key(9)), morning + 1h);
}

TEST_F(NoticeLedger, ForgetsWhatIsOld) {
    auto ledger = open();
    ledger.remember({key(1)}, morning, keep);
    ledger.remember({key(2)}, morning + 1h, keep);
    ledger.remember({key(1)}, morning + 2h, keep);
    ledger.remember({key(3)}, morning + keep + 90min, keep);
    EXPECT_EQ(ledger.told_at(key(1)), morning + 2h) << "told again later";
    EXPECT_FALSE(ledger.told_at(key(2)));
    ledger.remember({}, morning + 10 * keep, keep);
    EXPECT_FALSE(ledger.told_at(key(3)));
}

TEST_F(NoticeLedger, ATornLastLineIsPassedOver) {
    open().remember({key(1)}, morning, keep);
    const auto whole = content();
    for (std::size_t cut = 1; cut < 40; cut += 7) {
        append(to_text({.at = morning, .told = {key(2)}}).substr(0, cut));
        auto ledger = open();
        EXPECT_TRUE(ledger.told_at(key(1)));
        EXPECT_FALSE(ledger.told_at(key(2)));
        ledger.remember({key(3)}, morning, keep);
        EXPECT_TRUE(open().told_at(key(3))) << "what follows it is read";
    }
}

TEST_F(NoticeLedger, ALineOfSomebodyElseIsPassedOver) {
    open().remember({key(1)}, morning, keep);
    append("garbage\n" + to_text({.at = morning, .told = {key(2)}}));
    EXPECT_TRUE(open().told_at(key(1)));
    EXPECT_TRUE(open().told_at(key(2)));
}

TEST_F(NoticeLedger, AFullDiskLosesNothingThatWasSaid) {
    auto ledger = open();
    ledger.remember({key(1)}, morning, keep);
    {
        const full_disk full(content().size() + 20);
        EXPECT_THROW(ledger.collect("ann@example.org", mail_of("ann@example.org", "A"), {key(2)}, morning, keep),
                     std::system_error);
        EXPECT_FALSE(ledger.told_at(key(2)));
        EXPECT_FALSE(ledger.pending("ann@example.org"));
        EXPECT_THROW(ledger.remember({key(3)}, morning, keep), std::system_error);
        EXPECT_TRUE(ledger.told_at(key(3)));
    }
    ledger.collect("ann@example.org", mail_of("ann@example.org", "B"), {key(4)}, morning, keep);
    auto later = open();
    EXPECT_TRUE(later.told_at(key(1)));
    EXPECT_FALSE(later.told_at(key(2)));
    EXPECT_TRUE(later.told_at(key(3)));
    EXPECT_THAT(later.pending("ann@example.org")->mails, ElementsAre(mail_of("", "B").mail));
}

TEST_F(NoticeLedger, ADigestCountsWhatItDoesNotList) {
    auto ledger = open();
    for (std::size_t i = 0; i < notice_ledger::most_collected + 5; ++i)
        ledger.collect("ann@example.org", mail_of("ann@example.org", std::to_string(i)), {key(i)}, morning, keep);
    const auto digest = ledger.pending("ann@example.org");
    EXPECT_THAT(digest->mails, SizeIs(notice_ledger::most_collected));
    EXPECT_EQ(digest->unlisted, 5u);
    EXPECT_TRUE(ledger.told_at(key(notice_ledger::most_collected + 4)));
}

TEST_F(NoticeLedger, TheFileStaysInBounds) {
    auto ledger = open();
    for (int round = 0; round < 8; ++round) {
        std::vector<std::string> keys;
        for (std::size_t i = 0; i < 5000; ++i) keys.push_back(key(i));
        ledger.remember(std::move(keys), morning + round * keep * 2, keep);
    }
    EXPECT_LT(content().size(), std::size_t{3} << 20);
    EXPECT_TRUE(open().told_at(key(4999)));
}

} // namespace
} // namespace sealgate::milter
