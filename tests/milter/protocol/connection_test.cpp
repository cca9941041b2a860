// The connection over a socket pair, with a handler that does what each test needs: what no real Postfix can be made to show.

#include "milter/protocol/connection.hpp"
#include "tests/milter/protocol/frames.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>

namespace sealgate::milter {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

asio::awaitable<void> pause(std::chrono::milliseconds length) {
    asio::steady_timer timer(co_await asio::this_coro::executor, length);
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<answer> accept_at_once(transaction, agreement, is_awaited) {
    co_return answer{.final = verdict::accept, .edits = {}, .reply = {}};
}

class Connection : public testing::Test {
protected:
    void start(message_handler handler, std::chrono::seconds read_deadline = 60s) {
        asio::local::stream_protocol::socket ours(io);
        asio::local::connect_pair(server, ours);
        connection_options options{
            .session = {.max_message_size = 1'000'000,
                        .direction_of = [](const auto&, auto, const auto&) { return direction::outgoing; },
                        .is_outside = [](const auto&) { return true; }},
            .handler = std::move(handler),
            .read_deadline = read_deadline,
            .write_deadline = 1s,
            .progress_every = 1s};
        made = std::make_shared<connection>(stream_socket(std::move(ours)), "test", std::move(options));
        asio::co_spawn(io, made->run(), [this](const std::exception_ptr&) { ended = true; });
    }

    void say(std::string_view bytes) { asio::write(server, asio::buffer(bytes)); }

    // Runs for that long, and returns all that came from the connection meanwhile.
    std::string heard(std::chrono::milliseconds length) {
        io.run_for(length);
        io.restart();
        std::string out(100'000, '\0');
        server.non_blocking(true);
        boost::system::error_code error;
        out.resize(server.read_some(asio::buffer(out), error));
        return out;
    }

    asio::io_context io;
    asio::local::stream_protocol::socket server{io};
    std::shared_ptr<connection> made;
    bool ended = false;
};

TEST_F(Connection, AnswersAMessage) {
    start(accept_at_once);
    say(test::introduction() + test::whole_mail());
    EXPECT_THAT(heard(100ms), EndsWith(test::packet('a')));
    EXPECT_FALSE(ended);
}

TEST_F(Connection, SaysThatItIsWorkingWhileTheJudgeTakesLong) {
    start([](transaction mail, agreement agreed, is_awaited awaited) -> asio::awaitable<answer> {
        co_await pause(2500ms);
        co_return co_await accept_at_once(std::move(mail), agreed, std::move(awaited));
    });
    say(test::introduction() + test::whole_mail());
    EXPECT_THAT(heard(3s), EndsWith(test::packet('p') + test::packet('p') + test::packet('a')));
}

TEST_F(Connection, DefersWhatABrokenEnvironmentCannotDecide) {
    start([](transaction, agreement, is_awaited) -> asio::awaitable<answer> {
        co_await pause(1ms);
        throw std::runtime_error("the disk is gone");
    });
    say(test::introduction() + test::whole_mail());
    EXPECT_THAT(heard(100ms), HasSubstr("y451-4.3.0 not sent yet"));
    say(test::packet('A') + test::whole_mail());
    EXPECT_THAT(heard(100ms), HasSubstr("y451-4.3.0 not sent yet")) << "the connection goes on";
}

TEST_F(Connection, AServerThatLeavesWhileTheJudgeWorksIsSurvived) {
    bool judged = false;
    std::vector<bool> still_awaited;
    start([&](transaction mail, agreement agreed, is_awaited awaited) -> asio::awaitable<answer> {
        co_await pause(50ms);
        still_awaited.push_back(awaited());
        co_await pause(450ms);
        still_awaited.push_back(awaited());
        co_await pause(1000ms);
        judged = true;
        co_return co_await accept_at_once(std::move(mail), agreed, std::move(awaited));
    });
    say(test::introduction() + test::whole_mail());
    heard(100ms);
    server.close();
    io.run_for(3s);
    EXPECT_TRUE(ended);
    EXPECT_TRUE(judged) << "what was begun is decided and recorded";
    EXPECT_THAT(still_awaited, ElementsAre(true, false));
}

TEST_F(Connection, ClosedWhileTheJudgeWorksIsSurvived) {
    bool still_awaited = true;
    start([&](transaction mail, agreement agreed, is_awaited awaited) -> asio::awaitable<answer> {
        co_await pause(500ms);
        still_awaited = awaited();
        co_return co_await accept_at_once(std::move(mail), agreed, std::move(awaited));
    });
    say(test::introduction() + test::whole_mail());
    heard(100ms);
    made->close();
    made.reset();
    io.run_for(2s);
    EXPECT_TRUE(ended);
    EXPECT_FALSE(still_awaited);
}

TEST_F(Connection, EndsWhenTheServerIsSilentForTooLong) {
    start(accept_at_once, 1s);
    say(test::introduction());
    heard(500ms);
    EXPECT_FALSE(ended);
    heard(2s);
    EXPECT_TRUE(ended);
}

TEST_F(Connection, DrainWaitsForTheMessageUnderWay) {
    start(accept_at_once);
    say(test::introduction() + test::login() + test::mail("<ann@corp.example>"));
    heard(50ms);
    made->drain();
    heard(50ms);
    EXPECT_FALSE(ended);
    say(test::rcpt("<bob@partner.example>") + test::content());
    EXPECT_THAT(heard(50ms), EndsWith(test::packet('a')));
    EXPECT_TRUE(ended);
}

TEST_F(Connection, DrainEndsAnIdleConnection) {
    start(accept_at_once);
    say(test::introduction());
    heard(50ms);
    made->drain();
    heard(50ms);
    EXPECT_TRUE(ended);
}

TEST_F(Connection, GarbageEndsIt) {
    start(accept_at_once);
    say("GET / HTTP/1.0\r\n\r\n");
    EXPECT_THAT(heard(50ms), IsEmpty());
    EXPECT_TRUE(ended);
}

} // namespace
} // namespace sealgate::milter
