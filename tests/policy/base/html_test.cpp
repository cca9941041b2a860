// Text from outside is never markup.
#include "policy/base/html.hpp"

#include <gmock/gmock.h>

#include <limits>

namespace sealgate::html {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string text(std::string_view outside) { return writer().text(outside).str(); }

TEST(Html, TextIsNeverMarkup) {
    EXPECT_EQ(text("<script>alert(1)</script>"), "&lt;script&gt;alert(1)&lt;/script&gt;");
    EXPECT_EQ(text("\" onload='x' &amp;"), "&quot; onload=&#39;x&#39; &amp;amp;");
    EXPECT_EQ(text(std::string_view("a\0b\x1b[31m", 8)), "a\uFFFDb\uFFFD[31m");
    EXPECT_EQ(text("\xff\xfe<"), "\uFFFD\uFFFD&lt;");
}

TEST(Html, TextCannotTurnRoundWhatStandsBesideIt) {
    EXPECT_EQ(text("bob\u202Emoc.elpmaxe\u2066"), "bob\uFFFDmoc.elpmaxe\uFFFD");
    EXPECT_EQ(writer().isolated("שלום@example.org").str(), "<bdi>שלום@example.org</bdi>");
}

TEST(Html, LongTextIsCut) {
    EXPECT_EQ(text(std::string(100000, '<')).size(), 320 * 4 + std::string("…").size());
    EXPECT_THAT(text(std::string(320, 'x')), Not(HasSubstr("…"))); // no address is longer
}

TEST(Html, NumbersAreReadable) {
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1204), "1,204");
    EXPECT_EQ(grouped(1234567), "1,234,567");
    EXPECT_EQ(grouped(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
    EXPECT_EQ(writer().integer(1204).raw(" ").decimal(12).raw(" ").decimal(0.5).raw(" ").decimal(3.14159).str(),
              "1204 12 0.5 3.14");
}

} // namespace
} // namespace sealgate::html
