// Keywords: phrases, quoted and encoded.
#include "policy/labels/keywords.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace sealgate::policy;
using testing::ElementsAre;

std::vector<std::string> keywords_in(std::string_view field) {
    std::vector<std::string> out;
    for (const auto& one : read_keywords(field)) out.push_back((one.malformed ? "?" : "") + one.values.at(0));
    return out;
}

TEST(Keywords, PhrasesStandBetweenCommas) {
    EXPECT_THAT(keywords_in("Confidential, Project X"), ElementsAre("Confidential", "Project X"));
    EXPECT_THAT(keywords_in(" a;b ,, "), ElementsAre("a", "b"));
    EXPECT_THAT(keywords_in("\"Smith, John; \\\"x\\\"\", b"), ElementsAre("Smith, John; \"x\"", "b"));
    EXPECT_TRUE(keywords_in(" ").empty());
}

TEST(Keywords, EncodedWordsAreReadWholeAndInPieces) {
    EXPECT_THAT(keywords_in("=?utf-8?Q?Vertraulich?="), ElementsAre("Vertraulich", "Vertraulich"));
    EXPECT_THAT(keywords_in("=?utf-8?Q?a=2C_b?="), ElementsAre("a, b", "a", "b"));
    EXPECT_THAT(keywords_in("=?utf-8?Q?a,_b?="), testing::IsSupersetOf({"a", "b"})) << "as no standard has it";
}

TEST(Keywords, WhatCannotBeReadIsMalformed) {
    EXPECT_THAT(keywords_in("a, \"open"), ElementsAre("a", "?open"));
    EXPECT_TRUE(read_keywords("=?x-nosuch?B?/////w==?=").at(0).malformed);
    EXPECT_EQ(read_keywords(std::string(200'000, ',') + "a").size(), 1U);
}

} // namespace
