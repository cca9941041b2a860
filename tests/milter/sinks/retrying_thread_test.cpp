// A thread that begins anew where something is in the way, says what, and stops at once when it is told.
#include "milter/sinks/retrying_thread.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <mutex>
#include <stdexcept>
#include <vector>

namespace sealgate::milter {
namespace {

using testing::ElementsAre;

TEST(RetryingThread, BeginsAnewAndSaysWhatWasInTheWay) {
    std::atomic<int> tries{0};
    std::promise<void> is_enough;
    std::mutex mutex;
    std::vector<std::string> said;
    const auto go_on = [&] {
        if (++tries == 2) is_enough.set_value();
        throw std::runtime_error("no way");
    };
    const auto in_the_way = [&](std::string problem) {
        const std::lock_guard lock(mutex);
        said.push_back(std::move(problem));
    };
    {
        const retrying_thread thread(
            {.name = "test", .go_on = go_on, .got_on = [] { return false; }, .in_the_way = in_the_way});
        is_enough.get_future().wait();
    }
    EXPECT_EQ(tries, 2) << "and its pauses end when it is told to stop";
    EXPECT_THAT(said, ElementsAre("no way", "no way"));
}

TEST(RetryingThread, WhatIsNoExceptionOfOursEndsNothing) {
    std::atomic<int> tries{0};
    std::promise<void> is_enough;
    const auto go_on = [&] {
        if (++tries == 2) is_enough.set_value();
        throw 7;
    };
    const retrying_thread thread({.name = "test",
                                  .go_on = go_on,
                                  .got_on = [] { return true; },
                                  .in_the_way = [](const std::string&) { ADD_FAILURE(); }});
    is_enough.get_future().wait();
}

TEST(RetryingThread, IsOverWhereItsWorkIs) {
    std::atomic<int> tries{0};
    const auto over_by = [&](std::function<void()> end) {
        const auto go_on = [&tries, end = std::move(end)] {
            ++tries;
            end();
        };
        return retrying_thread::work{.name = "test",
                                     .go_on = go_on,
                                     .got_on = [] { return false; },
                                     .in_the_way = [](const std::string&) { ADD_FAILURE(); }};
    };
    {
        const retrying_thread returns(over_by([] {})), throws(over_by([] { throw stopped{}; }));
    }
    EXPECT_EQ(tries, 2);
}

} // namespace
} // namespace sealgate::milter
