// A message from a file and onto the wire, octet for octet.
#include "policy/mail/message.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

TEST(Message, FileIsReadAsTheMilterWouldHandItOver) {
    const auto mail = parse_message("Subject: [public]\r\n folded\r\nTo:bob@x.org\r\n\r\nbody\r\n");
    ASSERT_EQ(mail.fields.size(), 2u);
    EXPECT_EQ(mail.fields[0], (header_field{"Subject", " [public]\n folded"}));
    EXPECT_EQ(mail.fields[1], (header_field{"To", "bob@x.org"}));
    EXPECT_EQ(mail.body, "body\r\n");
}

TEST(Message, LineEndsOfTheFileDoNotMatter) {
    EXPECT_EQ(parse_message("A: 1\nB: 2\n\nx\ny\n"), parse_message("A: 1\r\nB: 2\r\n\r\nx\r\ny\r\n"));
}

TEST(Message, BareCarriageReturnStaysInTheBody) { EXPECT_EQ(parse_message("A: 1\n\nx\ry\n").body, "x\ry\r\n"); }

TEST(Message, LineThatIsNoFieldEndsTheHeader) {
    const auto mail = parse_message("A: 1\nno field\nB: 2\n");
    EXPECT_EQ(mail.fields.size(), 1u);
    EXPECT_EQ(mail.body, "no field\r\nB: 2\r\n");
}

TEST(Message, MboxLineIsPassedOverAtTheTopOnly) {
    EXPECT_EQ(parse_message("From ann Mon Nov 23\nA: 1\n\n").fields.size(), 1u);
    EXPECT_EQ(parse_message("A: 1\nFrom ann Mon Nov 23\nB: 2\n\n").fields.size(), 1u);
}

TEST(Message, OddFilesAreRead) {
    EXPECT_EQ(parse_message(""), message{});
    EXPECT_EQ(parse_message("\n\nx").body, "\r\nx");
    EXPECT_EQ(parse_message(": no name\n").body, ": no name\r\n");
    EXPECT_EQ(parse_message(" folded first\n").body, " folded first\r\n");
    EXPECT_EQ(parse_message(std::string_view("A: \0\n", 5)).fields.at(0).value, std::string_view(" \0", 2));
}

TEST(Message, UnfoldingKeepsTheWhiteSpace) { EXPECT_EQ(unfolded(" a\n b\n\tc "), "a b\tc"); }

TEST(Message, SizeIsThatOfTheWire) {
    const std::string_view wire = "Subject: a\r\n b\r\n\r\nbody\r\n";
    EXPECT_EQ(size_of(parse_message(wire)), wire.size());
}

TEST(Message, VisibleRecipientsAreThoseOfToAndCc) {
    const auto mail = parse_message("to: A <a@x.org>\nCC: b@x.org,c@x.org\nBcc: d@x.org\nResent-To: e@x.org\n\n");
    EXPECT_EQ(visible_recipients(mail), (std::vector<std::string>{"a@x.org", "b@x.org", "c@x.org", "e@x.org"}));
}

} // namespace
} // namespace sealgate::policy
