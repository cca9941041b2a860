// Numbers and pieces out of octets, never beyond their end.
#include "policy/base/bytes.hpp"

#include <gtest/gtest.h>

using namespace std::string_literals;
using namespace std::string_view_literals;
using sealgate::bytes::appender;
using sealgate::bytes::cursor;

TEST(Bytes, IntegersAreBigEndian) {
    cursor in("\x01\x02\x03\x04\x05\x06\xFF"sv);
    EXPECT_EQ(in.u32(), 0x01020304U);
    EXPECT_EQ(in.u16(), 0x0506);
    EXPECT_EQ(in.u8(), 0xFF);
    EXPECT_TRUE(in.at_end());
}

TEST(Bytes, ReadPastTheEndGivesNothingAndMovesNothing) {
    cursor in("\x01\x02\x03"sv);
    EXPECT_FALSE(in.u32());
    EXPECT_FALSE(in.take(4));
    EXPECT_FALSE(in.take(static_cast<std::size_t>(-1)));
    EXPECT_EQ(in.rest(), "\x01\x02\x03"sv);
    EXPECT_EQ(in.u16(), 0x0102);
    EXPECT_FALSE(in.u16());
    EXPECT_EQ(in.u8(), 3);
    EXPECT_FALSE(in.u8());
    EXPECT_EQ(in.take(0), ""sv);
}

TEST(Bytes, StringEndsAtItsNul) {
    cursor in("one\0\0three"sv);
    EXPECT_EQ(in.c_string(), "one"sv);
    EXPECT_EQ(in.c_string(), ""sv);
    EXPECT_FALSE(in.c_string());
    EXPECT_EQ(in.rest(), "three"sv);
}

TEST(Bytes, WrittenBytesAreReadBack) {
    std::string out;
    appender(out).u8(0x80).u16(0xFFFE).u32(0xDEADBEEF).c_string("text").raw("a\0b"sv);
    EXPECT_EQ(out, "\x80\xFF\xFE\xDE\xAD\xBE\xEFtext\0a\0b"s);

    cursor in(out);
    EXPECT_EQ(in.u8(), 0x80);
    EXPECT_EQ(in.u16(), 0xFFFE);
    EXPECT_EQ(in.u32(), 0xDEADBEEF);
    EXPECT_EQ(in.c_string(), "text"sv);
    EXPECT_EQ(in.take(3), "a\0b"sv);
}
