// Nextcloud Mail: the label's id, of the instances that the policy names.
#include "policy/labels/nextcloud.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace sealgate::policy;
using testing::ElementsAre;

TEST(Nextcloud, TheIdOfOurInstanceIsItsValue) {
    const auto read = read_nextcloud("id=1234567890123456789; origin=oc1abcde2fgh", {"oc1abcde2fgh"});
    ASSERT_TRUE(read);
    EXPECT_THAT(read->values, ElementsAre("1234567890123456789"));
    EXPECT_FALSE(read->malformed);
    EXPECT_FALSE(read_nextcloud("id=1; origin=ocother", {"oc1abcde2fgh"})) << "of another one";
}

TEST(Nextcloud, WhatIsNotOfThatFormIsMalformed) {
    for (const char* field : {"id=1", "origin=oc1", "confidential", "id=1; origin=", "id=1; id=2; origin=oc1",
                              "id=1, origin=ocother", "id=1; origin=ocother; x"}) {
        const auto read = read_nextcloud(field, {"oc1"});
        ASSERT_TRUE(read) << field;
        EXPECT_TRUE(read->malformed) << field;
    }
}

} // namespace
