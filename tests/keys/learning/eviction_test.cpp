// A domain that teaches much pushes out its own, and never others' or what mail is sealed to.
#include "keys/learning/eviction.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

learned_entry entry(std::string fingerprint, std::string domain, int learned, bool stays = false) {
    return {.fingerprint = std::move(fingerprint),
            .domain = std::move(domain),
            .learned = time_point(std::chrono::seconds(learned)),
            .stays = stays};
}

constexpr room_limits most{.all = 6, .of_a_domain = 3};

TEST(Room, IsThereWhileThereAreFew) {
    EXPECT_TRUE(room_for("a", {}, most).is_there);
    const std::vector some{entry("1", "a", 1), entry("2", "a", 2)};
    EXPECT_TRUE(room_for("a", some, most).is_there);
    EXPECT_THAT(room_for("a", some, most).forget, IsEmpty());
}

TEST(Room, OfADomainIsMadeByItsOwn) {
    const std::vector some{entry("0", "b", 0), entry("1", "a", 5), entry("2", "a", 2), entry("3", "a", 3)};
    EXPECT_THAT(room_for("a", some, most).forget, ElementsAre("2"));
    EXPECT_THAT(room_for("b", some, most).forget, IsEmpty());
}

TEST(Room, OfAllIsMadeByTheDomainThatHasMost) {
    const std::vector some{entry("1", "old", 1), entry("2", "b", 7), entry("3", "b", 6),
                           entry("4", "b", 8),   entry("5", "c", 2), entry("6", "c", 3)};
    EXPECT_THAT(room_for("new", some, most).forget, ElementsAre("3"));
    EXPECT_THAT(room_for("c", some, most).forget, ElementsAre("3"));
}

TEST(Room, WhatMailIsSealedToStays) {
    const std::vector some{entry("1", "a", 1, true), entry("2", "a", 2, true), entry("3", "a", 3, true)};
    EXPECT_FALSE(room_for("a", some, most).is_there);
    const std::vector full{entry("1", "a", 1, true), entry("2", "a", 2, true), entry("3", "a", 3, true),
                           entry("4", "b", 4),       entry("5", "c", 5),       entry("6", "c", 6)};
    EXPECT_THAT(room_for("new", full, most).forget, ElementsAre("5"));
}

} // namespace
} // namespace sealgate::keys
