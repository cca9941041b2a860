// Each sender hears once of a domain and a rule, whatever comes at the same time.
#include "keys/base/files.hpp"
#include "milter/gateway/judge.hpp"
#include "milter/notices/notifier.hpp"
#include "policy/load/policy.hpp"
#include "tests/keys/support/store_contents.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>

#include <filesystem>
#include <optional>

namespace sealgate::milter {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using policy::notice_state;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const wall_time morning{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 9h};

constexpr const char* rules = R"(organisation: {name: Example Org, domains: [example.org]}
classifications: [{name: internal, tags: [internal]}, {name: secret, tags: [secret]}]
untagged: internal
near_miss: reject
carriers: {subject: ["[{tag}]"]}
tiers: {unsecure: {domains: [yahoo.com, hotmail.com]}}
rules: {internal: {organisation: deliver, default: warn}, secret: {default: hold}}
notices: {from: postmaster@example.org, once_per: 24h, digest: 1h}
)";

std::shared_ptr<snapshot> snapshot_of(const std::string& text) {
    auto loaded =
        policy::load_policy("policy.yaml", [&](const std::string&) -> std::expected<std::string, std::string> { return text; });
    if (!loaded) ADD_FAILURE() << loaded.error().front().to_string();
    return std::make_shared<snapshot>(config{}, *std::move(loaded), keys::keyring_with({}), std::vector<std::string>{});
}

class NoticeDesk : public testing::Test {
protected:
    void SetUp() override { open(); }

    // As at a start.
    void open() {
        desk.reset();
        copies.reset();
        copies.emplace((scratch.path() / "outbox").string(), [this] { return now; });
        desk.emplace(
            io, (scratch.path() / "notices").string(), *copies, [this] { return live; }, [this] { return now; });
    }

    std::shared_ptr<transaction> mail_to(std::string to, std::string message_id = "1@x", std::string subject = "x") {
        transaction made;
        made.sender = policy::parse_address("Ann@example.org");
        made.recipients = {policy::parse_address(to)};
        made.queue_id = "Q" + message_id;
        made.mail = policy::parse_message("Message-ID: <" + message_id + ">\nSubject: " + subject + "\n\nbody\n");
        return std::make_shared<transaction>(std::move(made));
    }

    asio::awaitable<planned_notice> plan(std::shared_ptr<transaction> mail, key_guard& mine) {
        const auto judged = observe_and_decide(*live, *mail, no_threads, std::chrono::floor<std::chrono::seconds>(now));
        co_return co_await desk->plan(live, *mail, judged.known, judged.made, "ID-" + mail->queue_id, now, mine);
    }

    void keep(const transaction& mail, const planned_notice& planned) {
        std::vector<owed_copy> owed;
        if (auto notice = desk->notice_of(*live, mail, planned)) owed.push_back(*std::move(notice));
        desk->collect(*live, mail, planned);
        copies->add(owed);
        desk->remember(*live, planned);
    }

    // The whole of it for one mail.
    notice_state send(std::shared_ptr<transaction> mail) {
        key_guard mine;
        std::optional<planned_notice> planned;
        asio::co_spawn(io, plan(mail, mine), [&](std::exception_ptr problem, planned_notice made) {
            EXPECT_FALSE(problem);
            planned = std::move(made);
        });
        io.restart();
        io.poll();
        if (!planned) {
            ADD_FAILURE() << "it waits for somebody";
            return notice_state::none;
        }
        keep(*mail, *planned);
        return planned->state;
    }

    std::vector<std::string> waiting() const {
        std::vector<std::string> out;
        for (const auto& found : find_waiting({scratch.path() / "outbox"})) out.push_back(keys::read_file(found.file));
        return out;
    }

    keys::temporary_directory scratch{fs::temp_directory_path()};
    wall_time now = morning;
    std::shared_ptr<snapshot> live = snapshot_of(rules);
    asio::io_context io;
    std::optional<outbox> copies;
    std::optional<notifier> desk;
};

TEST_F(NoticeDesk, OnceForASenderADomainAndARule) {
    const struct {
        std::chrono::minutes at;
        const char* to;
        const char* subject;
        notice_state state;
    } steps[] = {
        {0min, "bob@yahoo.com", "x", notice_state::warning},
        {1min, "eve@YAHOO.com", "x", notice_state::already_warned},
        {2min, "max@example.org", "x", notice_state::none},
        {3min, "bob@hotmail.com", "x", notice_state::digest},
        {4min, "bob@hotmail.com", "x", notice_state::already_warned},
        {5min, "bob@yahoo.com", "[secret]", notice_state::held},
        {6min, "bob@yahoo.com", "[secret]", notice_state::digest},
        {24h - 1min, "bob@yahoo.com", "x", notice_state::already_warned},
        {24h, "bob@yahoo.com", "x", notice_state::warning},
    };
    int number = 0;
    for (const auto& [at, to, subject, state] : steps) {
        now = morning + at;
        if (++number % 3 == 0) open();
        EXPECT_EQ(send(mail_to(to, std::to_string(number), subject)), state) << number;
    }
    EXPECT_THAT(waiting(), SizeIs(3));
}

TEST_F(NoticeDesk, ARefusalIsToldByMailWhereThePolicyWantsThat) {
    const auto send_at = [&](std::chrono::minutes at, const char* to, const char* number) {
        now = morning + at;
        return send(mail_to(to, number, "[secrett] x"));
    };
    EXPECT_EQ(send_at(0min, "bob@yahoo.com", "1"), notice_state::none);
    std::string text = rules;
    live = snapshot_of(text.insert(text.rfind("digest: 1h"), "refusals: true, language: fr, "));
    EXPECT_EQ(send_at(1min, "bob@yahoo.com", "1"), notice_state::refused);
    EXPECT_EQ(send_at(2min, "bob@yahoo.com", "1"), notice_state::already_warned) << "it came again";
    EXPECT_EQ(send_at(3min, "eve@yahoo.com", "2"), notice_state::already_warned) << "the same domain and rule";
    EXPECT_EQ(send_at(4min, "eve@hotmail.com", "3"), notice_state::digest);
    open();
    EXPECT_EQ(send_at(5min, "bob@yahoo.com", "4"), notice_state::already_warned) << "over a restart too";
    ASSERT_THAT(waiting(), SizeIs(1));
    EXPECT_THAT(waiting().front(), testing::HasSubstr("Content-Language: fr"));
    now = morning + 2h;
    desk->send_overdue();
    EXPECT_THAT(waiting(), SizeIs(2)) << "what it says was kept";
}

TEST_F(NoticeDesk, OneMailInSeveralTransactionsIsToldForEach) {
    EXPECT_EQ(send(mail_to("bob@yahoo.com", "1", "[secret]")), notice_state::held);
    now += 2h;
    EXPECT_EQ(send(mail_to("eve@yahoo.com", "1", "[secret]")), notice_state::held);
    EXPECT_EQ(send(mail_to("eve@yahoo.com", "1", "[secret]")), notice_state::already_warned) << "it came again";
    EXPECT_EQ(send(mail_to("bob@yahoo.com", "1")), notice_state::warning);
    now += 2h;
    EXPECT_EQ(send(mail_to("bob@hotmail.com", "1")), notice_state::warning);
    EXPECT_THAT(waiting(), SizeIs(4)) << "the outbox takes none of them for another";
}

TEST_F(NoticeDesk, AClockThatWasWrongSilencesNobody) {
    now += 24h * 3650;
    EXPECT_EQ(send(mail_to("bob@yahoo.com", "1")), notice_state::warning);
    EXPECT_EQ(send(mail_to("bob@hotmail.com", "2")), notice_state::digest);
    now = morning;
    EXPECT_EQ(send(mail_to("bob@yahoo.com", "3")), notice_state::warning);
    desk->send_overdue();
    EXPECT_THAT(waiting(), SizeIs(3)) << "and the digest does not wait for ten years";
}

TEST_F(NoticeDesk, ADigestGoesWhenItIsDue) {
    send(mail_to("bob@yahoo.com", "1"));
    now += 10min;
    send(mail_to("bob@hotmail.com", "2"));
    send(mail_to("bob@else.example", "3"));
    now = morning + 1h - 1s;
    desk->send_overdue();
    EXPECT_THAT(waiting(), SizeIs(1));
    now += 1s;
    open();
    desk->send_overdue();
    desk->send_overdue();
    ASSERT_THAT(waiting(), SizeIs(2));
    EXPECT_THAT(waiting(), testing::Contains(AllOf(HasSubstr("About 2 of your mails"), HasSubstr("bob@hotmail.com"),
                                                   Not(HasSubstr("bob@yahoo.com")))));
    now += 10min;
    EXPECT_EQ(send(mail_to("bob@third.example", "4")), notice_state::digest) << "a digest opens a window too";
}

TEST_F(NoticeDesk, WithoutADigestEachGoesAtOnce) {
    live = snapshot_of(std::string(rules).replace(std::string(rules).find("digest: 1h"), 10, "digest: 0s"));
    EXPECT_EQ(send(mail_to("bob@yahoo.com", "1")), notice_state::warning);
    EXPECT_EQ(send(mail_to("bob@hotmail.com", "2")), notice_state::warning);
    EXPECT_EQ(send(mail_to("bob@hotmail.com", "3")), notice_state::already_warned);
}

TEST_F(NoticeDesk, DiedBetweenOutboxAndLedgerThereIsOneNotice) {
    for (const auto* subject : {"x", "[secret]"}) {
        const auto mail = mail_to("bob@yahoo.com", std::string("again") + subject, subject);
        send(mail);
        const auto before = waiting().size();
        fs::remove(scratch.path() / "notices" / "ledger.jsonl");
        open();
        EXPECT_THAT(send(mail), testing::AnyOf(notice_state::warning, notice_state::held));
        EXPECT_THAT(waiting(), SizeIs(before));
    }
}

TEST_F(NoticeDesk, DiedBehindTheLedgerTheSameMailIsInTheDigestOnce) {
    send(mail_to("bob@yahoo.com", "1", "[secret]"));
    const auto mail = mail_to("bob@yahoo.com", "2", "[secret]");
    EXPECT_EQ(send(mail), notice_state::digest);
    open();
    EXPECT_EQ(send(mail), notice_state::already_warned);
}

TEST_F(NoticeDesk, DigestsDieBetweenOutboxAndLedgerToo) {
    send(mail_to("bob@yahoo.com", "1"));
    send(mail_to("bob@hotmail.com", "2"));
    const auto ledger = scratch.path() / "notices" / "ledger.jsonl";
    const auto before = keys::read_file(ledger);
    now += 1h;
    desk->send_overdue();
    EXPECT_THAT(waiting(), SizeIs(2));
    keys::replace_file(ledger, before);
    open();
    desk->send_overdue();
    EXPECT_THAT(waiting(), SizeIs(2));
}

TEST_F(NoticeDesk, OneSenderTwoMailsAtATime) {
    const auto first = mail_to("bob@yahoo.com", "1"), second = mail_to("eve@yahoo.com", "2"),
               third = mail_to("max@example.org", "3");
    key_guard mine[3];
    std::optional<planned_notice> planned[3];
    const std::shared_ptr<transaction> mails[] = {first, second, third};
    for (int i = 0; i < 3; ++i)
        asio::co_spawn(io, plan(mails[i], mine[i]),
                       [&planned, i](std::exception_ptr, planned_notice made) { planned[i] = std::move(made); });
    io.poll();
    ASSERT_TRUE(planned[0] && planned[2]);
    EXPECT_FALSE(planned[1]) << "it does not know yet what the first one tells";
    EXPECT_EQ(planned[2]->state, notice_state::none);
    keep(*first, *planned[0]);
    mine[0].end();
    io.restart();
    io.poll();
    ASSERT_TRUE(planned[1]);
    EXPECT_EQ(planned[1]->state, notice_state::already_warned);
}

TEST_F(NoticeDesk, IfTheFirstOneFailsTheSecondOneTells) {
    const auto first = mail_to("bob@yahoo.com", "1"), second = mail_to("eve@yahoo.com", "2");
    key_guard mine[2];
    std::optional<planned_notice> planned[2];
    asio::co_spawn(io, plan(first, mine[0]), [&](std::exception_ptr, planned_notice made) { planned[0] = std::move(made); });
    asio::co_spawn(io, plan(second, mine[1]), [&](std::exception_ptr, planned_notice made) { planned[1] = std::move(made); });
    io.poll();
    mine[0].end();
    io.restart();
    io.poll();
    ASSERT_TRUE(planned[1]);
    EXPECT_EQ(planned[1]->state, notice_state::warning);
}

TEST_F(NoticeDesk, TheNoticeIsInTheSendersLanguage) {
    live = snapshot_of(std::string(rules).replace(std::string(rules).find("digest: 1h"), 10, "language: auto"));
    auto mail = mail_to("bob@yahoo.com");
    mail->mail.fields.push_back({.name = "Content-Language", .value = " de"});
    send(mail);
    EXPECT_THAT(waiting(), ElementsAre(HasSubstr("\nContent-Language: de\r\n")));
}

TEST_F(NoticeDesk, ASenderThatMustNotGetOntoTheWireIsNotAnswered) {
    auto mail = mail_to("bob@yahoo.com");
    mail->sender = policy::parse_address("a b@example.org");
    EXPECT_EQ(send(mail), notice_state::none);
    EXPECT_THAT(waiting(), IsEmpty());
}

} // namespace
} // namespace sealgate::milter
