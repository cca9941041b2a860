// What PostgreSQL takes as text, and how an array is spelled. The connection itself: e2e/test_database.py.
#include "milter/sinks/connection.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

TEST(DatabaseText, IsUtf8WithoutNul) {
    EXPECT_TRUE(is_database_text(""));
    EXPECT_TRUE(is_database_text("{\"a\":\"\\u0000 \xC3\xA4\"}"));
    EXPECT_FALSE(is_database_text(std::string_view("a\0b", 3)));
    EXPECT_FALSE(is_database_text("\xff"));
    EXPECT_FALSE(is_database_text("\xED\xA0\x80")) << "a surrogate";
}

TEST(DatabaseArray, IsSpelledAsPostgresqlReadsIt) {
    EXPECT_EQ(array_of({}), "{}");
    const database_text some[] = {"a", std::nullopt, "", "NULL", R"(q"b\s)", "c,d}"};
    EXPECT_EQ(array_of(some), R"({"a",NULL,"","NULL","q\"b\\s","c,d}"})");
}

} // namespace
} // namespace sealgate::milter
