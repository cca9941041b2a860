// The memory of all messages: what does not fit waits in its turn, a reserve is kept for what is large, and nobody waits for
// ever.
#include "milter/memory/budget.hpp"
#include "milter/memory/message_claim.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

#include <map>
#include <thread>
#include <vector>

namespace sealgate::milter {
namespace {

namespace asio = boost::asio;
using testing::ElementsAre;

class MemoryBudget : public testing::Test {
protected:
    enum class claim { small, large };

    // What is had, by number, from when it is had.
    void ask(int number, std::size_t octets, claim kind) {
        auto waits = [this, number, octets, kind]() -> asio::awaitable<void> {
            auto share = kind == claim::small ? budget.take(octets) : budget.take_large(octets);
            had[number] = co_await std::move(share);
        };
        asio::co_spawn(io, std::move(waits), asio::detached);
        turn();
    }
    std::vector<int> give_back(int number) {
        had.erase(number);
        turn();
        return numbers();
    }
    std::vector<int> numbers() const {
        std::vector<int> out;
        for (const auto& [number, share] : had) out.push_back(number);
        return out;
    }
    void turn() {
        io.restart();
        io.poll();
    }

    asio::io_context io{1};
    memory_budget budget{io.get_executor(), 100, 60};
    std::map<int, memory_share> had;
};

TEST_F(MemoryBudget, SmallClaimsLeaveTheReserve) {
    auto first = budget.try_take(30);
    EXPECT_EQ(first.octets(), 30U);
    EXPECT_EQ(budget.try_take(20).octets(), 0U);
    EXPECT_EQ(budget.try_take(10).octets(), 10U) << "and is given back at once";
    EXPECT_EQ(budget.used(), 30U);
    first = {};
    EXPECT_EQ(budget.used(), 0U);
}

TEST_F(MemoryBudget, WhatDoesNotFitWaitsInItsTurn) {
    ask(1, 40, claim::small);
    ask(2, 30, claim::small);
    ask(3, 5, claim::small);
    EXPECT_THAT(numbers(), ElementsAre(1)) << "the third would fit, and is not before the second";
    EXPECT_EQ(budget.try_take(1).octets(), 0U);
    EXPECT_THAT(give_back(1), ElementsAre(2, 3));
    EXPECT_EQ(budget.used(), 35U);
}

TEST_F(MemoryBudget, ALargeClaimHasTheReserveAndComesFirst) {
    ask(1, 40, claim::small);
    ask(2, 60, claim::large);
    EXPECT_THAT(numbers(), ElementsAre(1, 2));
    ask(3, 60, claim::large);
    ask(4, 10, claim::small);
    EXPECT_THAT(give_back(1), ElementsAre(2)) << "what the large one waits for is not given to the small one";
    EXPECT_THAT(give_back(2), ElementsAre(3, 4));
}

// Else somebody who has a little, and of a sudden cannot have the rest, would wait for what they have themselves.
TEST_F(MemoryBudget, MoreThanThereEverIsComesWhenNobodyElseHasAClaimOfItsKind) {
    ask(1, 40, claim::small);
    ask(2, 50, claim::large);
    budget.resize(20, 15);
    ask(3, 500, claim::large);
    EXPECT_THAT(numbers(), ElementsAre(1, 2));
    EXPECT_THAT(give_back(2), ElementsAre(1, 3));
    EXPECT_THAT(give_back(3), ElementsAre(1));
    ask(4, 90, claim::small);
    EXPECT_THAT(give_back(1), ElementsAre(4));
}

TEST_F(MemoryBudget, WhoeverStopsWaitingStandsInNobodysWay) {
    ask(1, 50, claim::large);
    asio::cancellation_signal gives_up;
    bool is_over = false;
    asio::co_spawn(io, budget.take_large(70),
                   asio::bind_cancellation_slot(
                       gives_up.slot(), [&](std::exception_ptr problem, memory_share) { is_over = problem != nullptr; }));
    turn();
    ask(2, 30, claim::large);
    EXPECT_THAT(numbers(), ElementsAre(1));
    gives_up.emit(asio::cancellation_type::terminal);
    turn();
    EXPECT_TRUE(is_over);
    EXPECT_THAT(numbers(), ElementsAre(1, 2));
}

TEST_F(MemoryBudget, AnotherSizeServesThoseWhoWait) {
    ask(1, 40, claim::small);
    ask(2, 80, claim::small);
    EXPECT_THAT(numbers(), ElementsAre(1));
    budget.resize(300, 60);
    turn();
    EXPECT_THAT(numbers(), ElementsAre(1, 2));
    budget.resize(100, 60);
    EXPECT_EQ(budget.try_take(1).octets(), 0U);
}

TEST_F(MemoryBudget, IsGivenBackOnAnyThread) {
    std::vector<std::jthread> workers;
    for (int i = 0; i < 4; ++i)
        workers.emplace_back([this] {
            for (int turn = 0; turn < 10'000; ++turn) (void)budget.try_take(7);
        });
    for (int i = 0; i < 200; ++i) {
        ask(1, 40, claim::small);
        had.clear();
    }
    workers.clear();
    turn();
    had.clear();
    EXPECT_EQ(budget.used(), 0U);
}

// What one message does, of a budget of 4 MiB with a reserve of 3.
class MessageClaim : public testing::Test {
protected:
    void run(asio::awaitable<void> what) {
        asio::co_spawn(io, std::move(what), asio::detached);
        io.restart();
        io.poll();
    }

    static constexpr std::size_t kilo = 1024, mega = kilo * kilo;
    asio::io_context io{1};
    memory_budget budget{io.get_executor(), 4 * mega, 3 * mega};
    message_claim one{&budget, mega};
};

TEST_F(MessageClaim, AnOrdinaryOneClaimsALittleOnce) {
    EXPECT_FALSE(one.covers(1));
    run(one.cover(1));
    EXPECT_EQ(budget.used(), 256 * kilo);
    EXPECT_TRUE(one.covers(50 * kilo));
    run(one.cover_work(500 * kilo));
    EXPECT_EQ(budget.used(), 256 * kilo);
}

TEST_F(MessageClaim, ALargeHeaderClaimsMoreAndAtLastAllThatItMayNeed) {
    run(one.cover(1));
    run(one.cover(100 * kilo));
    EXPECT_TRUE(one.covers(100 * kilo));
    EXPECT_LE(budget.used(), 512 * kilo);
    run(one.cover(2 * mega));
    EXPECT_TRUE(one.covers(2 * mega));
    const auto before = budget.used();
    EXPECT_GE(before, 3 * mega);
    run(one.cover_work(mega));
    EXPECT_EQ(budget.used(), before) << "what it has is for that too";
}

TEST_F(MessageClaim, ALargeOneClaimsRoomToWorkIn) {
    run(one.cover(1));
    run(one.cover_work(mega));
    EXPECT_EQ(budget.used(), work_on(mega) + 256 * kilo);
}

TEST_F(MessageClaim, WithoutABudgetNothingIsAsked) {
    message_claim free(nullptr, 1);
    run(free.cover(5 * mega));
    run(free.cover_work(5 * mega));
    EXPECT_TRUE(free.covers(SIZE_MAX));
}

} // namespace
} // namespace sealgate::milter
