// Who comes next, when some want much and others little.
#include "milter/discovery/lookup_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

using testing::ElementsAre;

class LookupQueue : public testing::Test {
protected:
    lookup_queue::entry ask(const std::string& whose, urgency what = urgency::mail) {
        auto made = std::make_shared<lookup_question>(io);
        made->whose = policy::parse_address(whose);
        made->from = {policy::key_source::wkd};
        made->how_urgent = what;
        return queue.join(std::move(made));
    }

    // By one worker that does all it can of a domain, and then takes the next.
    std::vector<std::string> all() {
        std::vector<std::string> out;
        while (const auto domain = queue.next_domain())
            while (const auto next = queue.next_of(*domain)) {
                out.push_back(next->whose.key());
                queue.answered(*next);
            }
        return out;
    }

    boost::asio::io_context io;
    lookup_queue queue;
};

TEST_F(LookupQueue, ADomainIsServedAtATimeAndEachInItsTurn) {
    for (const auto* whose : {"a@one", "b@two", "c@one", "d@three", "e@two"}) ask(whose);
    EXPECT_THAT(all(), ElementsAre("a@one", "c@one", "b@two", "e@two", "d@three"));
    EXPECT_EQ(queue.next_domain(), std::nullopt);
}

TEST_F(LookupQueue, AfterItsTurnADomainWaitsForOthersThatAreAsUrgent) {
    for (const auto* whose : {"a@slow", "b@slow", "c@one"}) ask(whose);
    ASSERT_EQ(queue.next_domain(), "slow");
    queue.answered(*queue.next_of("slow"));
    EXPECT_EQ(queue.next_of("slow", turn::is_over), nullptr);
    EXPECT_THAT(all(), ElementsAre("c@one", "b@slow"));
}

TEST_F(LookupQueue, NobodyIsWaitedForWhoIsNotThereOrLessUrgent) {
    for (const auto* whose : {"a@slow", "b@slow"}) ask(whose);
    ask("c@one", urgency::bulk);
    ASSERT_EQ(queue.next_domain(), "slow");
    EXPECT_NE(queue.next_of("slow", turn::is_over), nullptr);
    EXPECT_NE(queue.next_of("slow", turn::is_over), nullptr);
}

TEST_F(LookupQueue, WhoWantsToHearTheAnswerDoes) {
    std::optional<lookup_outcome> heard;
    lookup_question one(io);
    one.heard = [&](lookup_outcome what) { heard = what; };
    one.end(lookup_outcome::failed);
    EXPECT_EQ(heard, lookup_outcome::failed);
}

TEST_F(LookupQueue, ADomainIsNotServedTwice) {
    ask("a@one");
    ask("b@one");
    EXPECT_EQ(queue.next_domain(), "one");
    EXPECT_EQ(queue.next_domain(), std::nullopt);
    ask("c@one");
    EXPECT_EQ(queue.next_domain(), std::nullopt);
    for (int i = 0; i < 3; ++i) EXPECT_NE(queue.next_of("one"), nullptr);
    EXPECT_EQ(queue.next_of("one"), nullptr);
    ask("d@one");
    EXPECT_EQ(queue.next_domain(), "one");
}

TEST_F(LookupQueue, TheSameIsAskedOnce) {
    const auto first = ask("a@one");
    EXPECT_EQ(ask("a@one"), first);
    EXPECT_EQ(queue.next_domain(), "one");
    EXPECT_EQ(queue.next_of("one"), first);
    EXPECT_EQ(ask("a@one"), first) << "while it is being asked, too";
    EXPECT_EQ(queue.next_of("one"), nullptr);
    queue.answered(*first);
    EXPECT_NE(ask("a@one"), first);
}

TEST_F(LookupQueue, FewWaitNotForMany) {
    for (int i = 0; i < 100; ++i) ask("a@bulk" + std::to_string(i), urgency::bulk);
    ask("r@old", urgency::refresh);
    ask("m@one");
    const auto order = all();
    ASSERT_EQ(order.size(), 102U);
    EXPECT_EQ(order.front(), "m@one");
    EXPECT_EQ(order.back(), "r@old");
}

TEST_F(LookupQueue, AWorkerGivesItsDomainBackToWhoeverGoesFirst) {
    for (const auto* whose : {"a@many", "b@many", "c@many"}) ask(whose, urgency::bulk);
    ASSERT_EQ(queue.next_domain(), "many");
    EXPECT_EQ(queue.next_of("many")->whose.key(), "a@many");
    ask("m@one");
    EXPECT_EQ(queue.next_of("many"), nullptr);
    EXPECT_THAT(all(), ElementsAre("m@one", "b@many", "c@many"));
}

TEST_F(LookupQueue, WhatAMailWaitsForIsNotBehindTheRestOfItsDomain) {
    for (const auto* whose : {"a@many", "b@many", "c@many"}) ask(whose, urgency::refresh);
    ask("x@other", urgency::bulk);
    const auto more_urgent = ask("c@many");
    EXPECT_EQ(more_urgent->how_urgent, urgency::mail) << "it waited for nobody";
    ask("m@many");
    EXPECT_THAT(all(), ElementsAre("c@many", "m@many", "x@other", "a@many", "b@many"));
}

TEST_F(LookupQueue, WhatWaitsIsBoundedAndBulkTighter) {
    std::size_t refreshed = 0, bulk = 0, mail = 0;
    for (std::size_t i = 0; i < 2 * lookup_queue::most_waiting; ++i) {
        const auto whose = std::to_string(i) + "@one";
        refreshed += ask("r" + whose, urgency::refresh) ? 1 : 0;
        bulk += ask("b" + whose, urgency::bulk) ? 1 : 0;
    }
    EXPECT_EQ(refreshed + bulk, lookup_queue::most_waiting / 2);
    for (std::size_t i = 0; i < 2 * lookup_queue::most_waiting; ++i) mail += ask(std::to_string(i) + "@two") ? 1 : 0;
    EXPECT_EQ(refreshed + bulk + mail, lookup_queue::most_waiting);
}

} // namespace
} // namespace sealgate::milter
