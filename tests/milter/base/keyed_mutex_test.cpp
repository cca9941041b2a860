// One at a time for each name, in the order of asking.
#include "milter/base/keyed_mutex.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>

#include <optional>
#include <vector>

namespace sealgate::milter {
namespace {

namespace asio = boost::asio;
using testing::ElementsAre;

class Turns : public testing::Test {
protected:
    asio::awaitable<void> work(std::string name, int number) {
        const auto mine = co_await all.take(name);
        begun.push_back(number);
        for (int i = 0; i < 3; ++i) co_await asio::post(asio::use_awaitable);
        ended.push_back(number);
    }
    void begin(std::string name, int number) { asio::co_spawn(io, work(std::move(name), number), asio::detached); }

    asio::io_context io;
    keyed_mutex all;
    std::vector<int> begun, ended;
};

TEST_F(Turns, OneAtATimeInTheOrderOfAsking) {
    for (int i = 0; i < 4; ++i) begin("ann", i);
    io.poll_one();
    io.run();
    EXPECT_THAT(begun, ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(ended, ElementsAre(0, 1, 2, 3));
}

TEST_F(Turns, OthersDoNotWait) {
    std::optional<key_guard> anns;
    asio::co_spawn(io, all.take("ann"), [&](std::exception_ptr, key_guard mine) { anns = std::move(mine); });
    io.run();
    begin("ann", 1);
    begin("bob", 2);
    io.restart();
    io.poll();
    EXPECT_THAT(ended, ElementsAre(2));
    anns.reset();
    io.restart();
    io.run();
    EXPECT_THAT(ended, ElementsAre(2, 1));
}

TEST_F(Turns, ATurnOutlivesItsTable) {
    std::optional<key_guard> kept;
    {
        keyed_mutex short_lived;
        asio::co_spawn(io, short_lived.take("ann"), [&](std::exception_ptr, key_guard mine) { kept = std::move(mine); });
        io.run();
    }
    kept->end();
    kept->end();
}

TEST_F(Turns, WhoWentAwayWhileWaitingIsPassedOver) {
    std::optional<key_guard> anns;
    asio::co_spawn(io, all.take("ann"), [&](std::exception_ptr, key_guard mine) { anns = std::move(mine); });
    io.run();
    {
        asio::io_context other;
        asio::co_spawn(other, work("ann", 1), asio::detached);
        other.poll();
    }
    begin("ann", 2);
    io.restart();
    io.poll();
    anns->end();
    io.restart();
    io.run();
    EXPECT_THAT(ended, ElementsAre(2));
}

} // namespace
} // namespace sealgate::milter
