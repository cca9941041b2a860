// Columns for people.
#include "milter/cli/table.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace sealgate::milter {
namespace {

std::string csv(const std::vector<std::string>& row) {
    std::ostringstream out;
    print_csv(out, {row});
    return out.str();
}

TEST(Csv, QuotesAsRfc4180Says) {
    EXPECT_EQ(csv({"a", "b c", "", "-"}), "a,b c,,-\n");
    EXPECT_EQ(csv({"a,b", "say \"hi\"", "two\nlines"}), "\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\n");
}

// Spreadsheets of one country separate cells by commas, of another by semicolons, and some take quotes where they like.
TEST(Csv, NoCellBeginsAFormulaWhateverSeparatesCells) {
    for (const auto& [cell, written] :
         {std::pair("=1", "'=1"), std::pair("-bob@example.org", "'-bob@example.org"), std::pair("@x", "'@x"),
          std::pair("x;=1", "x;'=1"), std::pair("x; =1", "x; '=1"), std::pair("x|+1;-1", "x|'+1;'-1"), std::pair("'=1", "''=1"),
          std::pair("\uFF1D1", "'\uFF1D1"), std::pair("\uFF0B1", "'\uFF0B1"), std::pair("\uFF0D1", "'\uFF0D1"),
          std::pair("x;\uFF20", "x;'\uFF20")})
        EXPECT_EQ(csv({cell}), std::string(written) + "\n") << cell;
    EXPECT_EQ(csv({"x;\"=1"}), "\"x;\"\"'=1\"\n");
    EXPECT_EQ(csv({"a,=1"}), "\"a,'=1\"\n");
    EXPECT_EQ(csv({"x\t@y"}), "x\t'@y\n");
    for (const auto* harmless : {"a=b@example.org", "2026-11-23T09:00:00Z", "<1-2@x>", "-", "a;b", "a - b"})
        EXPECT_EQ(csv({harmless}), std::string(harmless) + "\n");
}

} // namespace
} // namespace sealgate::milter
