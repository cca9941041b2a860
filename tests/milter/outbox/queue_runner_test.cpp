// Copies are handed over, tried again, returned; nobody gets one twice.
#include "keys/base/files.hpp"
#include "milter/outbox/queue_runner.hpp"
#include "tests/milter/outbox/scripted_server.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <map>
#include <unistd.h>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const std::string message = "Message-ID: <1@client.example>\r\nSubject: the plan\r\n\r\nsecret words\r\n";

class Courier : public testing::Test {
protected:
    Courier() {
        box.emplace(directory, [this] { return std::chrono::system_clock::now() + later.load(); });
    }
    ~Courier() override {
        carrier.reset();
        box.reset();
    }

    void start() {
        carrier.emplace(io, *box,
                        queue_runner_options{.submit = [this] { return server.where(); },
                                             .bounces = []() -> bounce_options {
                                                 return {.from = "postmaster@example.org", .always_to = {"vault@example.org"}};
                                             },
                                             .deadlines = {.step = 20s, .end_of_message = 20s},
                                             .look_every = 50ms,
                                             .waits = {30ms, 60ms}});
        carrier->start();
    }

    void add(std::vector<std::string> recipients, std::string sender = "ann@example.org") {
        owed_copy copy{.decision = "7Q2K-M4XD",
                       .sender = std::move(sender),
                       .recipients = {},
                       .message = {message},
                       .dsn = {.ret = "", .envid = "e+2B1"}};
        for (const auto& one : recipients) {
            auto identity = std::string(64, '0');
            identity.replace(0, 2, {"0123456789abcdef"[added / 16 % 16], "0123456789abcdef"[added % 16]});
            copy.recipients.push_back({.address = one, .identity = identity, .dsn = wanted[one]});
            ++added;
        }
        box->add({copy});
    }

    // Runs until it holds; fails if it does not come to that.
    template <class F>
    void until(F holds) {
        const auto end = std::chrono::steady_clock::now() + 30s;
        while (!holds() && std::chrono::steady_clock::now() < end) io.run_for(5ms);
        EXPECT_TRUE(holds());
    }
    void until_empty() {
        until([this] { return find_waiting(places()).empty(); });
    }
    outbox_places places() const { return {directory}; }

    asio::io_context io;
    test::scripted_server server{io};
    keys::temporary_directory scratch{fs::temp_directory_path()};
    std::string directory = scratch.path().string();
    std::atomic<std::chrono::hours> later{std::chrono::hours(0)}; // the disk's threads ask
    std::optional<outbox> box;
    std::optional<queue_runner> carrier;
    unsigned added = 0;
    std::map<std::string, dsn_of_recipient> wanted;
};

TEST_F(Courier, ACopyIsHandedOverOnceAndRemembered) {
    start();
    add({"bob@x"});
    until_empty();
    added = 0;
    add({"bob@x"});
    io.run_for(200ms);
    ASSERT_THAT(server.deliveries, SizeIs(1));
    EXPECT_EQ(server.deliveries[0].data, message);
    EXPECT_THAT(server.deliveries[0].recipients, ElementsAre("bob@x"));
}

TEST_F(Courier, WhatAnEarlierProcessLeftIsHandedOver) {
    add({"bob@x"});
    box.emplace(directory);
    start();
    until_empty();
    EXPECT_THAT(server.deliveries, SizeIs(1));
}

TEST_F(Courier, AnAdditionIsHandedOverWithoutWaitingForALook) {
    carrier.emplace(io, *box,
                    queue_runner_options{.submit = [this] { return server.where(); },
                                         .bounces = [] { return bounce_options{}; },
                                         .look_every = std::chrono::hours(1)});
    carrier->start();
    io.run_for(50ms);
    add({"bob@x"});
    until_empty();
}

TEST_F(Courier, OneOfThreeIsRefusedAndTheSenderIsTold) {
    server.answer_recipient("nobody@x", "550 5.1.1 no such user");
    start();
    add({"bob@x", "nobody@x", "eve@x"});
    until_empty();
    ASSERT_THAT(server.deliveries, SizeIs(2));
    EXPECT_THAT(server.deliveries[0].recipients, ElementsAre("bob@x", "eve@x"));
    const auto& bounce = server.deliveries[1];
    EXPECT_THAT(bounce.sender_line, HasSubstr("MAIL FROM:<>"));
    EXPECT_THAT(bounce.recipients, ElementsAre("ann@example.org"));
    EXPECT_THAT(bounce.data, HasSubstr("report-type=delivery-status"));
    EXPECT_THAT(bounce.data, HasSubstr("From: Mail gateway <postmaster@example.org>"));
    EXPECT_THAT(bounce.data, HasSubstr("What the gateway encrypts can also be read by vault@example.org."));
    EXPECT_THAT(bounce.data, HasSubstr("Final-Recipient: rfc822; nobody@x\r\nAction: failed\r\nStatus: 5.1.1\r\n"
                                       "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n"));
    EXPECT_THAT(bounce.data, HasSubstr("Message-ID: <1@client.example>"));
    EXPECT_THAT(bounce.data, HasSubstr("[sealgate 7Q2K-M4XD]"));
    for (const auto* unsaid : {"bob@x", "eve@x", "secret words", "the plan"}) EXPECT_THAT(bounce.data, Not(HasSubstr(unsaid)));
}

TEST_F(Courier, WhoWantsToHearOfNoFailureHearsOfNone) {
    server.answer("RCPT", "550 5.1.1 no such user", 2);
    wanted["a@x"].notify = "NEVER";
    wanted["b@x"].notify = "SUCCESS,DELAY";
    testing::internal::CaptureStderr();
    start();
    add({"a@x", "b@x"});
    until_empty();
    const auto log = testing::internal::GetCapturedStderr();
    EXPECT_THAT(server.deliveries, IsEmpty());
    EXPECT_THAT(find_failed(places()), IsEmpty());
    EXPECT_THAT(log, HasSubstr("given up for a@x (550 5.1.1 no such user): the sender asked not to be told (NOTIFY=NEVER)"));
}

TEST_F(Courier, AReportHasTheNamesThatTheSenderGave) {
    server.answer("RCPT", "550 5.1.1 no such user", 2);
    wanted["a@x"].notify = "NEVER";
    wanted["b@x"] = {.notify = "FAILURE", .orcpt = "rfc822;old+2Bb@x"};
    start();
    add({"a@x", "b@x"});
    until_empty();
    ASSERT_THAT(server.deliveries, SizeIs(1));
    const auto& report = server.deliveries[0].data;
    EXPECT_THAT(report, HasSubstr("Original-Envelope-Id: e+1\r\nReporting-MTA: dns; "));
    EXPECT_THAT(report, HasSubstr("\r\n\r\nOriginal-Recipient: rfc822;old+b@x\r\nFinal-Recipient: rfc822; b@x\r\n"));
    EXPECT_THAT(report, Not(HasSubstr("a@x")));
}

TEST_F(Courier, WhoWaitsIsTriedAgainWithoutTheOthers) {
    server.answer_recipient("later@x", "450 4.2.0 busy");
    start();
    add({"bob@x", "later@x"});
    until([this] { return server.commands.size() > 12; });
    server.answer_recipient("later@x", "250 2.1.5 Ok");
    until_empty();
    ASSERT_THAT(server.deliveries, SizeIs(2));
    EXPECT_THAT(server.deliveries[0].recipients, ElementsAre("bob@x"));
    EXPECT_THAT(server.deliveries[1].recipients, ElementsAre("later@x"));
}

TEST_F(Courier, AServerThatIsDownIsTriedUntilItIsUpAndToldOfTwice) {
    server.go_away();
    testing::internal::CaptureStderr();
    start();
    add({"bob@x"});
    add({"eve@x"});
    io.run_for(300ms);
    server.come_back();
    until_empty();
    const auto log = testing::internal::GetCapturedStderr();
    EXPECT_THAT(server.deliveries, SizeIs(2));
    const auto times = [&log](const std::string& words) {
        int count = 0;
        for (std::size_t at = 0; (at = log.find(words, at)) != std::string::npos; ++at) ++count;
        return count;
    };
    EXPECT_EQ(times("handing over fails"), 1) << log;
    EXPECT_EQ(times("handing over works again"), 1) << log;
    EXPECT_EQ(times("7Q2K-M4XD handed over (250 2.0.0 Ok: queued as 4XyZ) to "), 2) << log;
    EXPECT_EQ(std::ranges::count(log, '\n'), 4) << log;
}

TEST_F(Courier, ABounceThatIsRefusedIsKeptAndNotBounced) {
    server.answer("RCPT", "550 5.1.1 no");
    start();
    add({"bob@x"});
    until([this] { return find_waiting(places()).empty() && !find_failed(places()).empty(); });
    EXPECT_THAT(server.deliveries, IsEmpty());
    const auto failed = find_failed(places());
    ASSERT_THAT(failed, SizeIs(1));
    const auto head = read_head(failed[0].file);
    ASSERT_TRUE(head);
    EXPECT_EQ(head->sender, "");
    EXPECT_EQ(head->recipients[0].address, "ann@example.org");
    EXPECT_EQ(head->recipients[0].last_reply, "550 5.1.1 no");
}

TEST_F(Courier, AfterFiveDaysTheSenderIsTold) {
    server.answer_recipient("bob@x", "450 4.2.0 busy");
    start();
    add({"bob@x"});
    io.run_for(200ms);
    EXPECT_THAT(server.deliveries, IsEmpty());
    later = 24h * 5 + 1h;
    until_empty();
    ASSERT_THAT(server.deliveries, SizeIs(1));
    EXPECT_THAT(server.deliveries[0].recipients, ElementsAre("ann@example.org"));
    EXPECT_THAT(server.deliveries[0].data, HasSubstr("450 4.2.0 busy"));
}

TEST_F(Courier, WithoutAnAnswerToTheEndItIsHandedOverAgainAndTheLogSaysSo) {
    server.answer(".", test::hang_up, 1);
    testing::internal::CaptureStderr();
    start();
    add({"bob@x"});
    until_empty();
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("may arrive twice at bob@x\n"));
    EXPECT_THAT(server.deliveries, SizeIs(1));
    for (const auto& file : fs::directory_iterator(places().handed())) EXPECT_EQ(file.path().extension(), "");
}

TEST_F(Courier, ACopyRemovedBeforeItsEndDoesNotArrive) {
    server.before_data = 100ms; // the queue_runner waits, and touches no file
    start();
    add({"bob@x"});
    until([this] { return !server.commands.empty() && server.commands.back() == "DATA"; });
    for (const auto& found : find_waiting(places())) fs::remove(found.file);
    io.run_for(300ms);
    EXPECT_THAT(server.deliveries, IsEmpty());
    EXPECT_THAT(find_waiting(places()), IsEmpty()) << "it does not come back";
}

TEST_F(Courier, ACopyHeldBySomebodyElseWaits) {
    add({"bob@x"});
    auto held = *claimed_copy::claim(find_waiting(places())[0].file);
    start();
    io.run_for(200ms);
    EXPECT_THAT(server.commands, IsEmpty());
    held.reset();
    until_empty();
    EXPECT_THAT(server.deliveries, SizeIs(1));
}

TEST_F(Courier, FourConnectionsAtMost) {
    server.before_data = 30ms;
    start();
    for (int i = 0; i < 12; ++i) add({"bob@x"});
    until_empty();
    EXPECT_THAT(server.deliveries, SizeIs(12));
    EXPECT_LE(server.most_open, 4);
    EXPECT_GT(server.most_open, 1);
}

TEST_F(Courier, EndsWhenTheAnswerIsThereAndRecorded) {
    server.before_answer = 100ms;
    start();
    add({"bob@x"});
    until([this] { return !server.commands.empty() && server.commands.back() == "."; });
    bool stopped = false;
    carrier->stop(60s, [&] { stopped = true; });
    EXPECT_FALSE(stopped);
    until([&] { return stopped; });
    EXPECT_THAT(server.deliveries, SizeIs(1));
    EXPECT_THAT(find_waiting(places()), IsEmpty());
}

TEST_F(Courier, DoesNotWaitForeverForTheAnswer) {
    server.answer(".", test::silence);
    start();
    add({"bob@x"});
    until([this] { return !server.commands.empty() && server.commands.back() == "."; });
    bool stopped = false;
    carrier->stop(0s, [&] { stopped = true; });
    until([&] { return stopped; });
    EXPECT_THAT(find_waiting(places()), SizeIs(1));
}

TEST_F(Courier, WhatHasNotReachedItsEndIsLeftForTheNextStart) {
    server.before_data = 100ms;
    start();
    add({"bob@x"});
    until([this] { return !server.commands.empty() && server.commands.back() == "DATA"; });
    bool stopped = false;
    carrier->stop(60s, [&] { stopped = true; });
    until([&] { return stopped; });
    io.run_for(200ms);
    EXPECT_THAT(server.deliveries, IsEmpty());
    EXPECT_TRUE(fs::is_empty(places().handed())) << "it cannot have arrived";
}

TEST_F(Courier, EndsAtOnceWithNothingUnderWay) {
    start();
    io.run_for(20ms);
    bool stopped = false;
    carrier->stop(60s, [&] { stopped = true; });
    EXPECT_TRUE(stopped);
    add({"bob@x"});
    io.run_for(100ms);
    EXPECT_THAT(server.commands, IsEmpty());
}

} // namespace
} // namespace sealgate::milter
