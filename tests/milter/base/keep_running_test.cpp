// A loop that throws begins anew after a pause, and ends the process where that does not help.
#include "milter/base/keep_running.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>

#include <new>
#include <stdexcept>

namespace sealgate::milter {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

asio::awaitable<void> pass(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

class KeepRunning : public testing::Test {
protected:
    // What the journal gets while it runs.
    std::string journal_of(std::function<asio::awaitable<void>()> loop, endurance how = {.pause = 1ms, .most_failures = 3}) {
        testing::internal::CaptureStderr();
        keep_running(io.get_executor(), "the loop", std::move(loop), how);
        io.run();
        return testing::internal::GetCapturedStderr();
    }

    asio::io_context io;
    int runs = 0;
};

TEST_F(KeepRunning, WhatReturnsIsDone) {
    EXPECT_THAT(journal_of([this]() -> asio::awaitable<void> {
                    ++runs;
                    co_return;
                }),
                IsEmpty());
    EXPECT_EQ(runs, 1);
}

TEST_F(KeepRunning, WhatThrowsIsToldOfAndBeginsAnewAfterAPause) {
    const auto began = std::chrono::steady_clock::now();
    const auto journal = journal_of(
        [this]() -> asio::awaitable<void> {
            co_await pass(1ms);
            if (++runs == 1) throw std::bad_alloc();
            if (runs == 2) throw std::runtime_error("cannot read it");
        },
        {.pause = 30ms});
    EXPECT_EQ(runs, 3);
    EXPECT_EQ(journal, "sealgate: the loop failed: no memory for it; it begins anew\n"
                       "sealgate: the loop failed: cannot read it; it begins anew\n");
    EXPECT_GE(std::chrono::steady_clock::now() - began, 60ms);
}

TEST_F(KeepRunning, WhatCannotEvenBeginIsTheSame) {
    const auto journal = journal_of([this]() -> asio::awaitable<void> {
        if (++runs < 3) throw std::bad_alloc();
        return pass(1ms);
    });
    EXPECT_EQ(runs, 3);
    EXPECT_THAT(journal, HasSubstr("no memory for it"));
}

TEST_F(KeepRunning, FailuresFarApartAreNoRow) {
    journal_of(
        [this]() -> asio::awaitable<void> {
            co_await pass(5ms);
            if (++runs < 8) throw std::runtime_error("now and then");
        },
        {.pause = 1ms, .most_failures = 2, .calm = 4ms});
    EXPECT_EQ(runs, 8);
}

TEST_F(KeepRunning, ARowOfFailuresEndsTheProcess) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const auto fails_always = []() -> asio::awaitable<void> {
        co_await pass(0ms);
        throw std::runtime_error("cannot read it");
    };
    EXPECT_DEATH(
        {
            keep_running(io.get_executor(), "the loop", fails_always, {.pause = 1ms, .most_failures = 3});
            io.run();
        },
        "the loop failed: cannot read it; it did so too often, and the gateway ends");
}

} // namespace
} // namespace sealgate::milter
