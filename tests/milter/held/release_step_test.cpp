// Whoever comes after a crash does what is left, and nothing twice: every state that can be seen, walked whole.
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
const auto new_one = entry("hold", "NEW", began + 1);

begun_permit taken() {
    auto out = release_begun();
    out.is_claimed = true;
    out.taken = permit_taken{.decision = "d", .queue_id = "NEW", .time = at_begin};
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
    EXPECT_EQ(next(taken(), {new_one}), release_step::let_go);
    EXPECT_EQ(next(taken(), {old_one, entry("active", "NEW", began + 1)}), release_step::remove_held)
        << "let go by another hand";
    auto accepted = taken();
    accepted.is_accepted = true;
    EXPECT_EQ(next(accepted, {old_one}), release_step::remove_held) << "it was taken, and has left";
    EXPECT_EQ(next(accepted, {}), release_step::finish);
    EXPECT_EQ(next(accepted, {entry("deferred", "NEW", began + 1)}), release_step::finish);
    EXPECT_EQ(next(taken(), {}), release_step::drop) << "nobody knows of a yes";
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
    EXPECT_EQ(next(taken(), {old_one, entry("hold", "NEW", began - 50)}), release_step::wait);
}

TEST(ReleaseStep, OfARefusalTheSenderIsToldFirst) {
    auto refusal = release_begun();
    refusal.what = purpose::refusal;
    EXPECT_EQ(next(refusal, {old_one}), release_step::tell);
    EXPECT_EQ(next(refusal, {}), release_step::drop);
    refusal.is_accepted = true;
    EXPECT_EQ(next(refusal, {old_one}), release_step::remove_held);
    EXPECT_EQ(next(refusal, {}), release_step::finish);
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
        switch (next(begun, queue(), longest_under_way)) {
        case release_step::hand_in:
            new_held = true;
            begun.is_claimed = true;
            begun.taken = permit_taken{.decision = "d", .queue_id = "NEW", .time = at_begin};
            if (!dies) begun.is_accepted = true;
            return true;
        case release_step::remove_held:
            begun.is_accepted = true;
            old_held = false;
            return true;
        case release_step::let_go:
            begun.is_accepted = true;
            new_held = false;
            ++left;
            return true;
        case release_step::wait:
        case release_step::tell:
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
