// Base64, strict and lenient.
#include "policy/base/base64.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace std::string_literals;
using sealgate::text::decode_base64;
using sealgate::text::decode_strict_base64;
using sealgate::text::encode_base64;

// RFC 4648 section 10.
TEST(Base64, TheStandardsOwnVectorsHoldBothWays) {
    const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                           {"f", "Zg=="},
                                                           {"fo", "Zm8="},
                                                           {"foo", "Zm9v"},
                                                           {"foob", "Zm9vYg=="},
                                                           {"fooba", "Zm9vYmE="},
                                                           {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : vectors) {
        EXPECT_EQ(encode_base64(bytes), text);
        EXPECT_EQ(decode_base64(text), bytes);
    }
}

TEST(Base64, AllBytesComeBack) {
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    EXPECT_EQ(decode_base64(encode_base64(all)), all);
}

TEST(Base64, WhiteSpaceAndForeignBytesArePassedOver) { EXPECT_EQ(decode_base64(" Zm9v\r\n\tYm!F\xFFy "), "foobar"); }

TEST(Base64, MissingPaddingLosesNothing) {
    EXPECT_EQ(decode_base64("Zm8"), "fo");
    EXPECT_EQ(decode_base64("Zg"), "f");
    EXPECT_EQ(decode_base64("Z"), "");
}

TEST(Base64, TextGluedBehindPaddingIsReadOn) { EXPECT_EQ(decode_base64("Zg==Zm8="), "ffo"); }

TEST(StrictBase64, RefusesWhatADecoderWouldSkip) {
    EXPECT_EQ(decode_strict_base64(""), "");
    EXPECT_EQ(decode_strict_base64(" aGVsbG8= \r\n\r\n"), "hello");
    for (const auto* text : {"aGVsbG8", "aGVsbG8=\nmore", "aGVsbG8=!", "aG VsbG8=", "a===", "====", "=aGV", "aGVsbG8=aGVsbG8="})
        EXPECT_EQ(decode_strict_base64(text), std::nullopt) << text;
}

// RFC 4648 section 3.5: the last digit before the padding has two or four bits that belong to no octet.
TEST(StrictBase64, BitsThatBelongToNoOctetAreZero) {
    const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t value = 0; value < alphabet.size(); ++value) {
        const auto one = "Z"s + alphabet[value] + "==", two = "Zm"s + alphabet[value] + "=";
        EXPECT_EQ(decode_strict_base64(one).has_value(), value % 16 == 0) << one;
        EXPECT_EQ(decode_strict_base64(two).has_value(), value % 4 == 0) << two;
    }
}
