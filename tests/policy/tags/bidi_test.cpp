// Text whose order on the screen is another one.
#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"
#include "policy/tags/bidi.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace sealgate::policy;

std::string folded(std::string_view utf8) { return sealgate::text::encode_utf8(fold(utf8).points); }

TEST(Displayed, ParagraphOfEitherDirectionIsReadFromBothSides) {
    const auto has = [](std::string_view text, std::string_view seen) {
        const auto readings = displayed(text);
        return std::ranges::any_of(readings, [&](const auto& reading) { return folded(reading) == seen; });
    };
    EXPECT_TRUE(has("[\u202Ecilbup\u202C]", "[public]"));
    EXPECT_TRUE(has("\u202E[cilbup]", "[public]"));
    EXPECT_TRUE(has("[public]", "[public]"));
    EXPECT_TRUE(has("[סודי]", "[סודי]"));
    EXPECT_TRUE(has("\u202D[ידוס]\u202C", "[סודי]"));
}

TEST(Displayed, OnlyControlsOfDirectionSteerIt) {
    for (const char* text : {"\u061C", "a\u200Fb", "\u202A", "\u202E", "\u2066x", "\u2069"})
        EXPECT_TRUE(steers_direction(text)) << text;
    for (const char* text : {"", "abc", "שלום", "\u200B\u200D\uFEFF", "\u2065", "\u202F"})
        EXPECT_FALSE(steers_direction(text)) << text;
}

} // namespace
