// Whoever comes after a crash does what is left, and nothing twice: every state that can be seen, walked whole.
#include "milter/held/begun_index.hpp"
#include "milter/held/release_step.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace sealgate::milter {
namespace {

using purpose = begun_permit::purpose;
constexpr std::int64_t began = 1'795'993'960;
const wall_time at_begin{std::chrono::seconds(began)};

begun_permit release_begun() {
    begun_permit out;
    out.permit = {.token = "t", .queue_id = "OLD", .arrival = began - 100};
    out.permit.begun = at_begin;
    return out;
}

queue_entry entry(const char* queue, const char* id, std::int64_t arrival) {
    queue_entry out;
    out.queue = queue;
    out.id = id;
    out.arrival = arrival;
    return out;
}

const auto old_one = entry("hold", "OLD", began - 100);
const auto new_one = entry("hold", "NEW", began);

begun_permit taken() {
    auto out = release_begun();
    out.is_claimed = true;
    out.taken = permit_taken{.decision = "d", .queue_id = "NEW", .time = at_begin};
    return out;
}

begun_permit accepted() {
    auto out = taken();
    out.is_accepted = true;
    return out;
}

begun_permit replaced() {
    auto out = accepted();
    out.is_replaced = true;
    return out;
}

release_step next(const begun_permit& begun, const std::vector<queue_entry>& queue,
                  std::chrono::minutes later = std::chrono::minutes(1)) {
    return next_step(begun, queue, at_begin + later);
}

TEST(ReleaseStep, BeforeTheGatewayHasItItIsHandedInAnew) {
    EXPECT_EQ(next(release_begun(), {old_one}), release_step::hand_in);
    EXPECT_EQ(next(release_begun(), {}), release_step::drop);
}

TEST(ReleaseStep, WhatMayBeUnderWayIsWaitedFor) {
    auto claimed = release_begun();
    claimed.is_claimed = true;
    EXPECT_EQ(next(claimed, {old_one}), release_step::wait);
    EXPECT_EQ(next(claimed, {old_one}, longest_under_way), release_step::hand_in);
    EXPECT_EQ(next(taken(), {old_one}), release_step::wait) << "Postfix may be about to keep it";
    EXPECT_EQ(next(taken(), {old_one}, longest_under_way), release_step::hand_in) << "it did not";
    EXPECT_EQ(next(claimed, {old_one}, std::chrono::minutes(-1)), release_step::hand_in) << "a clock that was wrong";
}

TEST(ReleaseStep, TheOldOneGoesBeforeTheNewOneIsLetGo) {
    EXPECT_EQ(next(taken(), {old_one, new_one}), release_step::remove_held);
    EXPECT_EQ(next(replaced(), {new_one}), release_step::let_go);
    EXPECT_EQ(next(replaced(), {new_one}, longest_under_way), release_step::let_go) << "nothing else is left to let go";
    EXPECT_EQ(next(taken(), {old_one, entry("active", "NEW", began)}), release_step::remove_held) << "let go by another hand";
    EXPECT_EQ(next(replaced(), {}), release_step::finish);
    EXPECT_EQ(next(replaced(), {entry("deferred", "NEW", began)}), release_step::finish);
    EXPECT_EQ(next(taken(), {}), release_step::wait) << "nobody knows of a yes yet";
    EXPECT_EQ(next(taken(), {}, longest_under_way), release_step::drop);
}

// It may lie in the queue of another Postfix, or a filter behind us threw it away: the old one is all there is.
TEST(ReleaseStep, WhatPostfixTookAndNobodySawIsLeftAlone) {
    EXPECT_EQ(next(accepted(), {old_one}), release_step::unseen);
    EXPECT_EQ(next(accepted(), {old_one}, std::chrono::hours(100)), release_step::unseen);
    EXPECT_EQ(next(accepted(), {old_one, entry("hold", "NEW", began - 3600)}), release_step::unseen) << "of another mail";
    EXPECT_EQ(next(accepted(), {}), release_step::drop) << "and nobody says that it was released";
    EXPECT_EQ(next(replaced(), {old_one}), release_step::unseen);
    auto damaged = release_begun();
    damaged.is_claimed = damaged.is_unreadable = true;
    EXPECT_EQ(next(damaged, {old_one}, longest_under_way), release_step::unseen);
}

TEST(ReleaseStep, WhatSomebodyElseLetGoMeanwhileIsNotLetGoAgain) {
    EXPECT_EQ(next(replaced(), {entry("active", "OLD", began - 100), new_one}), release_step::withdraw);
    EXPECT_EQ(next(accepted(), {entry("deferred", "OLD", began - 100), new_one}), release_step::withdraw);
    EXPECT_EQ(next(accepted(), {new_one}), release_step::withdraw) << "we did not remove the old one";
    EXPECT_EQ(next(accepted(), {entry("active", "OLD", began - 100)}), release_step::drop);
}

TEST(ReleaseStep, WhatWasDecidedLongAgoIsDecidedAnew) {
    for (const auto& begun : {taken(), accepted(), replaced()}) {
        EXPECT_EQ(next(begun, {old_one, new_one}), release_step::remove_held);
        EXPECT_EQ(next(begun, {old_one, new_one}, longest_under_way), release_step::withdraw);
    }
    EXPECT_EQ(next(taken(), {old_one}, longest_under_way), release_step::hand_in) << "once it is withdrawn";
}

TEST(ReleaseStep, WhatLeavesInCopiesAloneHasNothingToLetGo) {
    auto copies = taken();
    copies.taken->in_copies = true;
    EXPECT_EQ(next(copies, {old_one}), release_step::remove_held);
    EXPECT_EQ(next(copies, {}), release_step::finish);
}

TEST(ReleaseStep, AQueueIdThatCameAgainIsAnotherMail) {
    EXPECT_EQ(next(release_begun(), {entry("hold", "OLD", began - 1)}), release_step::drop);
    EXPECT_EQ(next(release_begun(), {entry("active", "OLD", began - 100)}), release_step::drop);
    for (const auto other : {began - 50, began + 50})
        EXPECT_EQ(next(taken(), {old_one, entry("hold", "NEW", other)}), release_step::wait);
}

TEST(ReleaseStep, OfARefusalTheSenderIsToldFirst) {
    auto refusal = release_begun();
    refusal.what = purpose::refusal;
    EXPECT_EQ(next(refusal, {old_one}), release_step::tell);
    EXPECT_EQ(next(refusal, {}), release_step::drop);
    refusal.is_accepted = true;
    EXPECT_EQ(next(refusal, {old_one}), release_step::remove_held);
    EXPECT_EQ(next(refusal, {}), release_step::finish);
    EXPECT_EQ(next(refusal, {entry("active", "OLD", began - 100)}), release_step::drop) << "let go by another hand";
}

TEST(BegunIndex, KnowsBothMailsByIdAndTime) {
    const begun_index all({taken()});
    const queue_index queue({old_one, new_one});
    EXPECT_TRUE(all.about(old_one) && all.about(new_one));
    EXPECT_FALSE(all.about(entry("hold", "NEW", began + 60)) || all.about(entry("hold", "OLD", began)));
    EXPECT_TRUE(all.about("OLD", queue) && all.about("NEW", queue));
    EXPECT_TRUE(all.about("OLD", {{}}) && all.about("NEW", {{}})) << "gone";
    EXPECT_FALSE(all.about("OLD", {{entry("hold", "OLD", began)}})) << "another mail has the id now";
    EXPECT_FALSE(all.about("OTHER", queue));
}

TEST(QueueIndex, OfAMailThatMovedMeanwhileSaysThatItIsNotHeld) {
    const queue_index queue({entry("hold", "OLD", 1), entry("deferred", "OLD", 1), entry("hold", "OLD", 1)});
    ASSERT_TRUE(queue.find("OLD"));
    EXPECT_FALSE(queue.find("OLD")->is_held());
}

// The world as a release changes it: killed anywhere, as often as may be, it comes to one mail that left.
struct world {
    bool old_held = true, new_held = false;
    int left = 0;
    begun_permit begun = release_begun();

    std::vector<queue_entry> queue() const {
        std::vector<queue_entry> out;
        if (old_held) out.push_back(old_one);
        if (new_held) out.push_back(new_one);
        return out;
    }
    // False at the end. `dies`: behind what Postfix does, before the command notes it.
    bool step(bool dies) {
        switch (next(begun, queue(), std::chrono::minutes(14))) {
        case release_step::hand_in:
            new_held = true;
            begun.is_claimed = true;
            begun.taken = permit_taken{.decision = "d", .queue_id = "NEW", .time = at_begin};
            if (!dies) begun.is_accepted = true;
            return true;
        case release_step::remove_held:
            begun.is_replaced = true;
            old_held = false;
            return true;
        case release_step::let_go:
            new_held = false;
            ++left;
            return true;
        case release_step::wait:
        case release_step::tell:
        case release_step::withdraw:
        case release_step::unseen:
        case release_step::finish:
        case release_step::drop: break;
        }
        return false;
    }
};

TEST(ReleaseStep, HoweverOftenItIsKilledItLeavesOnce) {
    for (int deaths = 0; deaths < 16; ++deaths) {
        world now;
        for (int i = 0; now.step((deaths >> i & 1) != 0); ++i) {
            ASSERT_LT(i, 10);
            EXPECT_TRUE(now.old_held || now.new_held || now.left == 1) << "lost";
            EXPECT_FALSE(now.old_held && now.left > 0) << "it could leave twice";
        }
        EXPECT_EQ(now.left, 1);
        EXPECT_FALSE(now.old_held || now.new_held);
    }
}

} // namespace
} // namespace sealgate::milter
