// Text: UTF-8, trimming, splitting, digests and times as text.
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"

#include <gtest/gtest.h>

namespace sealgate::text {
namespace {

TEST(Text, BrokenUtf8BecomesReplacementCharactersByteByByte) {
    EXPECT_EQ(decode_utf8("a\xC3\xA4"), U"aä");
    EXPECT_EQ(decode_utf8("\xC0\x80"), U"\uFFFD\uFFFD");           // overlong NUL
    EXPECT_EQ(decode_utf8("\xE0\x80\x80"), U"\uFFFD\uFFFD\uFFFD"); // overlong
    EXPECT_EQ(decode_utf8("\xED\xA0\x80"), U"\uFFFD\uFFFD\uFFFD"); // surrogate
    EXPECT_EQ(decode_utf8("\xF5\x80\x80\x80"), U"\uFFFD\uFFFD\uFFFD\uFFFD");
    EXPECT_EQ(decode_utf8("\xE2\x82"), U"\uFFFD\uFFFD"); // cut
    EXPECT_EQ(decode_utf8("\xC3["), U"\uFFFD[");         // the bracket is not swallowed
}

TEST(Text, BrokenUtf8IsFoundAndAReplacementCharacterIsNone) {
    for (const std::string_view whole : {"", "a\xC3\xA4", "\xEF\xBF\xBD", "\xEF\xBB\xBF"}) EXPECT_TRUE(is_utf8(whole)) << whole;
    EXPECT_EQ(find_broken_utf8("a\xEF\xBF\xBD\xC3"), 4u);
    EXPECT_EQ(find_broken_utf8("\xC3["), 0u);
    EXPECT_EQ(find_broken_utf8("ab\xEF\xBF"), 2u);
}

TEST(Text, ByteOrderMarkIsTakenOffOnceAndAtTheFrontOnly) {
    EXPECT_EQ(without_byte_order_mark("\xEF\xBB\xBF\xEF\xBB\xBFx"), "\xEF\xBB\xBFx");
    EXPECT_EQ(without_byte_order_mark("x\xEF\xBB\xBF"), "x\xEF\xBB\xBF");
}

TEST(Text, Utf8GoesThereAndBack) {
    const std::u32string all = U"aäΩ€𝄞\U0010FFFF";
    EXPECT_EQ(decode_utf8(encode_utf8(all)), all);
}

TEST(Text, PrintableLetsNoControlCharacterThrough) {
    EXPECT_EQ(printable("a\nb\x1b[31m\x7f"), "a\uFFFDb\uFFFD[31m\uFFFD");
    EXPECT_EQ(printable("\u202Etxt\u2028"), "\uFFFDtxt\uFFFD");
    EXPECT_EQ(printable("abcdef", 3), "abc…");
    EXPECT_EQ(printable("äöü", 3), "äöü");
}

TEST(Text, AsciiForReplies) { EXPECT_EQ(ascii("b\xC3\xA4\r\nx\xFF\xE2\x82\xAC"), "b???x??"); }

TEST(Text, DistanceCountsASwapOnce) {
    EXPECT_EQ(distance(U"", U"abc"), 3u);
    EXPECT_EQ(distance(U"confidental", U"confidential"), 1u);
    EXPECT_EQ(distance(U"cofnidential", U"confidential"), 1u);
    EXPECT_EQ(distance(U"kitten", U"sitting"), 3u);
}

TEST(Text, NearestNeedsToBeNear) {
    const std::vector<std::string> words{"listen", "policy", "limits"};
    EXPECT_EQ(nearest("lisen", words), "listen");
    EXPECT_EQ(nearest("LIMIT", words), "limits");
    EXPECT_EQ(nearest("networks", words), "");
}

TEST(Text, SplitAndTrim) {
    EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
    EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
    EXPECT_EQ(trim(" \t\r\n a b \n"), "a b");
}

TEST(Digest, IsSha256) { EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"); }

TEST(Rfc3339, IsUtcWithMilliseconds) {
    using namespace std::chrono;
    EXPECT_EQ(rfc3339(system_clock::time_point(seconds(1795424400) + milliseconds(7))), "2026-11-23T09:00:00.007Z");
    EXPECT_EQ(rfc3339(system_clock::time_point(seconds(951782399))), "2000-02-28T23:59:59.000Z");
    EXPECT_EQ(parse_rfc3339("2000-02-28T23:59:59Z"), system_clock::time_point(seconds(951782399)));
    EXPECT_EQ(parse_rfc3339("9999-02-28T23:59:59Z"), std::nullopt); // more nanoseconds than 64 bits hold
    EXPECT_EQ(parse_rfc3339("0001-01-01T00:00:00Z"), std::nullopt);
}

TEST(Text, JsonForPeopleSaysTheSameAndSteersNoTerminal) {
    EXPECT_EQ(printable_json(R"({"a":"b\\u001b"})"), R"({"a":"b\\u001b"})");
    EXPECT_EQ(printable_json("{\"a\": \"m\u00fcller\"}"), "{\"a\": \"m\u00fcller\"}");
    EXPECT_EQ(printable_json("{\"a\":\t\"\x7f\u009b[31m\u202e\"}\r"), R"({"a": "\u007f\u009b[31m\u202e"} )");
    EXPECT_EQ(printable_json("{\"a\":\"\xff\"}"), "{\"a\":\"\uFFFD\"}");
}

TEST(Text, SizesAreDecimalAndNeverMoreThanThereIs) {
    EXPECT_EQ(octets(999), "999 octets");
    EXPECT_EQ(octets(1999), "1 kB");
    EXPECT_EQ(octets(999'999), "999 kB");
    EXPECT_EQ(octets(10'240'000), "10.2 MB");
    EXPECT_EQ(octets(1'099'999), "1.0 MB");
    EXPECT_EQ(octets(std::uint64_t{1} << 30), "1073.7 MB");
}

} // namespace
} // namespace sealgate::text
