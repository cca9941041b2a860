// Macros of the connection, and when they are forgotten.
#include "milter/protocol/macros.hpp"
#include "tests/milter/protocol/frames.hpp"

#include <gtest/gtest.h>

using namespace std::string_literals;

namespace sealgate::milter {
namespace {

// A table that took one packet for each of these events.
macro_table table_of(std::initializer_list<std::string> packets) {
    macro_table table;
    for (const auto& packet : packets) EXPECT_TRUE(table.take(packet));
    return table;
}

TEST(Macros, NameMatchesWithAndWithoutBraces) {
    const auto table = table_of({"M{auth_authen}\0ann\0i\0ABC\0"s});
    EXPECT_EQ(table.value(command::mail, "{auth_authen}"), "ann");
    EXPECT_EQ(table.value(command::mail, "auth_authen"), "ann");
    EXPECT_EQ(table.value(command::mail, "i"), "ABC");
    EXPECT_EQ(table.value(command::mail, "{i}"), "ABC");
    EXPECT_EQ(table.value(command::mail, "{auth}"), "");
    EXPECT_EQ(table.value(command::mail, "{}"), "");
}

TEST(Macros, EarlierEventsAreAskedLaterOnesAreNot) {
    const auto table = table_of({"Cj\0mail.example\0i\0C\0"s, "Mi\0M\0"s, "Ei\0E\0"s, "Ux\0unknown\0"s});
    EXPECT_EQ(table.value(command::end_of_body, "j"), "mail.example");
    EXPECT_EQ(table.value(command::end_of_body, "i"), "E");
    EXPECT_EQ(table.value(command::rcpt, "i"), "M");
    EXPECT_EQ(table.value(command::helo, "i"), "C");
    EXPECT_EQ(table.value(command::end_of_body, "x"), "");
}

TEST(Macros, NewPacketReplacesTheEventsOld) {
    const auto table = table_of({"Mi\0ABC\0x\0y\0"s, "Mi\0DEF\0"s});
    EXPECT_EQ(table.value(command::mail, "i"), "DEF");
    EXPECT_EQ(table.value(command::mail, "x"), "");
}

TEST(Macros, MessageGoesClientStays) {
    auto table = table_of({"Cj\0mail.example\0"s, "Hh\0helo\0"s, "Mm\0mail\0"s, "Ee\0end\0"s});
    table.drop_message();
    EXPECT_EQ(table.value(command::end_of_body, "j"), "mail.example");
    EXPECT_EQ(table.value(command::end_of_body, "h"), "helo");
    EXPECT_EQ(table.value(command::end_of_body, "m"), "");
    EXPECT_EQ(table.value(command::end_of_body, "e"), "");
    table.drop_all();
    EXPECT_EQ(table.value(command::end_of_body, "j"), "");
}

TEST(Macros, PacketCutShortIsRefusedUnlessItEndsBehindAPair) {
    const auto whole = "Mi\0ABC\0{auth_authen}\0ann\0"s;
    for (std::size_t length = 1; length <= whole.size(); ++length) {
        const bool behind_a_pair = length == 1 || length == 7 || length == whole.size();
        macro_table table;
        EXPECT_EQ(table.take(std::string_view(whole).substr(0, length)).has_value(), behind_a_pair) << length;
    }
}

} // namespace
} // namespace sealgate::milter
