// An SMTP reply and its lines.
#include "policy/mail/smtp_reply.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

std::vector<std::string> wrapped(std::string_view words, std::size_t room) {
    std::vector<std::string> lines;
    append_wrapped(lines, words, room);
    return lines;
}

TEST(SmtpReply, LineHasRoomForWhatItsCodesLeave) {
    EXPECT_EQ(room_in_line({550, "5.7.1", {}}), 510 - std::string("550 5.7.1 ").size());
    EXPECT_EQ(room_in_line({451, "4.7.25", {}}), 510 - std::string("451 4.7.25 ").size());
}

TEST(SmtpReply, WordsAreWrappedAtSpaces) {
    using lines = std::vector<std::string>;
    EXPECT_EQ(wrapped("one two three", 13), lines{"one two three"});
    EXPECT_EQ(wrapped("one two three", 12), (lines{"one two", "three"}));
    EXPECT_EQ(wrapped("to bob (unsecure) now", 17), (lines{"to bob (unsecure)", "now"}));
    EXPECT_EQ(wrapped("to bob (unsecure) now", 14), (lines{"to", "bob (unsecure)", "now"}));
    EXPECT_EQ(wrapped("abcdefgh", 3), (lines{"abc", "def", "gh"}));
}

TEST(SmtpReply, OneLineIsTheLast) {
    const smtp_reply one{550, "5.7.1", {"one"}}, none{550, "5.7.1", {}};
    EXPECT_EQ(in_one_line({550, "5.7.1", {"two", "one"}}), one);
    EXPECT_EQ(in_one_line(one), one);
    EXPECT_EQ(in_one_line(none), none);
}

TEST(SmtpReply, PeopleReadACodeOnEachLine) {
    EXPECT_EQ(to_string({550, "5.7.1", {"one", "two"}}), "550 5.7.1 one\n550 5.7.1 two");
}

} // namespace
} // namespace sealgate::policy
