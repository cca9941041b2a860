// What is nearly a tag in the fields that name a classification, and which claims of theirs nobody knows.
#include "policy/tags/reader.hpp"
#include "tests/policy/tags/near_misses.hpp"

#include <gtest/gtest.h>

namespace {

using namespace sealgate::policy;
using namespace sealgate::policy::test;

TEST(NearMiss, HeaderThatIsNoTagIsAnUnknownClaim) {
    const auto expect = [](const char* value, const char* suggestion, const char* text) {
        const auto found = find_tags(example_policy(), field("X-Classification", value));
        EXPECT_TRUE(found.tags.empty()) << value;
        ASSERT_EQ(found.near_misses.size(), 1U) << value;
        const auto& miss = found.near_misses[0];
        EXPECT_EQ(miss.text, text);
        EXPECT_EQ(miss.suggestion, suggestion);
        EXPECT_EQ(miss.where, carrier::header);
        EXPECT_EQ(miss.meant, *suggestion == '\0' ? std::nullopt : std::optional<rank>(2)) << value;
    };
    expect("confidental", "confidential", "confidental");
    expect("TOP SECRET", "TOP-SECRET", "TOP SECRET");
    expect("\"confidential\"", "confidential", "\"confidential\"");
    expect("cosmic", "", "cosmic");
    expect("=?utf-8?Q?cosmic?=", "", "cosmic");
    expect("42", "", "42");
}

TEST(NearMiss, HeaderOfNothingVisibleIsAnUnknownClaim) {
    for (const char* value : {"\u200B", "\u00A0", "=?utf-8?Q?=E2=80=8B?=", ",", "\x01"}) {
        const auto found = find_tags(example_policy(), field("X-Classification", value));
        ASSERT_EQ(found.near_misses.size(), 1U) << value;
        EXPECT_EQ(found.near_misses[0].suggestion, "");
    }
    for (const char* value : {"", " \t "})
        EXPECT_TRUE(find_tags(example_policy(), field("X-Classification", value)).near_misses.empty());
}

TEST(NearMiss, HeaderThatOverridesDirectionIsNeverClean) {
    for (const char* value : {"\u202Epublic", "public\u202D", "\u202Elaitnedifnoc"})
        EXPECT_FALSE(find_tags(example_policy(), field("X-Classification", value)).near_misses.empty());
}

TEST(NearMiss, EachPieceOfAListedHeaderIsRead) {
    const auto found = find_tags(example_policy(), field("X-Classification", "public, confidental; cosmic"));
    EXPECT_EQ(found.tags.size(), 1U);
    ASSERT_EQ(found.near_misses.size(), 2U);
    EXPECT_EQ(found.near_misses[0].suggestion, "confidential");
    EXPECT_EQ(found.near_misses[1].text, "cosmic");
}

TEST(NearMiss, MisspeltSensitivityIsNoticed) {
    for (const char* value : {"Company Confidential", "CompanyConfidential", "company_confidential", "Company-Confidental",
                              "(Company-Confidential"}) {
        const auto found = find_tags(example_policy(), field("Sensitivity", value));
        EXPECT_TRUE(found.tags.empty()) << value;
        ASSERT_EQ(found.near_misses.size(), 1U) << value;
        EXPECT_EQ(found.near_misses[0].suggestion, "Company-Confidential");
        EXPECT_EQ(found.near_misses[0].where, carrier::sensitivity);
    }
    EXPECT_EQ(find_tags(example_policy(), field("Sensitivity", "Privat")).near_misses.size(), 1U);
}

TEST(NearMiss, EachPieceOfAListedSensitivityIsRead) {
    const auto found = find_tags(example_policy(), field("Sensitivity", "none, Company-Confidental; normal"));
    EXPECT_TRUE(found.tags.empty());
    ASSERT_EQ(found.near_misses.size(), 1U);
    EXPECT_EQ(found.near_misses[0].text, "Company-Confidental");
    EXPECT_EQ(found.near_misses[0].suggestion, "Company-Confidential");
    EXPECT_TRUE(find_tags(example_policy(), field("Sensitivity", "none, normal;")).near_misses.empty());
}

TEST(NearMissFields, SensitivityMayNearlyBeATagOrHoldOne) {
    for (const char* value : {"Confidental", "[confidential]", "Private & Confidential", "Highly confidential", "vertaulich"}) {
        const auto found = find_tags(example_policy(), field("Sensitivity", value));
        ASSERT_EQ(found.near_misses.size(), 1U) << value;
        EXPECT_EQ(found.near_misses[0].meant, rank{2}) << value;
    }
    for (const char* value : {"Normal", "None", "Nothing special", "2"})
        EXPECT_TRUE(find_tags(example_policy(), field("Sensitivity", value)).near_misses.empty()) << value;
}

} // namespace
