// SMTP replies as a milter hands them over.
#include "milter/protocol/reply.hpp"

#include <gtest/gtest.h>

using namespace std::string_literals;

namespace sealgate::milter {
namespace {

TEST(ReplyText, OneLineHasCodeTextAndNul) { EXPECT_EQ(encode_reply({550, "5.7.1", {"not sent"}}), "550 5.7.1 not sent\0"s); }

TEST(ReplyText, LinesAreJoinedAndOnlyTheLastHasASpace) {
    EXPECT_EQ(encode_reply({451, "4.3.0", {"one", "", "two", "three"}}),
              "451-4.3.0 one\r\n451-4.3.0 two\r\n451 4.3.0 three\0"s);
}

TEST(ReplyText, PercentIsDoubled) { EXPECT_EQ(encode_reply({550, "5.7.1", {"100% of %s"}}), "550 5.7.1 100%% of %%s\0"s); }

TEST(ReplyText, WhatIsNotPrintableAsciiBecomesAQuestionMark) {
    EXPECT_EQ(encode_reply({550, "5.7.1", {"a\r\n250 ok\0\tb\xE9"s}}), "550 5.7.1 a??250 ok??b?\0"s);
}

TEST(ReplyText, LineIsCutAt512OctetsAsSmtpSeesThem) {
    const auto plain = encode_reply({550, "5.7.1", {std::string(600, 'x')}});
    EXPECT_EQ(*plain, "550 5.7.1 " + std::string(500, 'x') + '\0');
    const auto percent = encode_reply({550, "5.7.1", {std::string(600, '%')}});
    EXPECT_EQ(*percent, "550 5.7.1 " + std::string(1000, '%') + '\0');
}

TEST(ReplyText, ReplyFitsAPacketAndKeepsItsLastLine) {
    std::vector<std::string> lines(1000, std::string(500, 'x'));
    lines.push_back("[sealgate 7Q2K-M4XD]");
    const auto payload = *encode_reply({550, "5.7.1", lines});
    EXPECT_LE(payload.size(), 65'535U);
    EXPECT_GT(payload.size(), 64'000U);
    EXPECT_TRUE(payload.ends_with("x\r\n550 5.7.1 [sealgate 7Q2K-M4XD]\0"s));
}

TEST(ReplyText, MalformedReplyIsRefused) {
    const std::vector<smtp_reply> malformed{
        {0, "5.7.1", {"text"}},    {250, "2.0.0", {"text"}},   {399, "3.0.0", {"text"}}, {600, "6.0.0", {"text"}},
        {-550, "5.7.1", {"text"}}, {550, "", {"text"}},        {550, "4.7.1", {"text"}}, {450, "5.7.1", {"text"}},
        {550, "5.7", {"text"}},    {550, "5.7.1.2", {"text"}}, {550, "5..1", {"text"}},  {550, "5.7.1000", {"text"}},
        {550, "5.7.x", {"text"}},  {550, "55.7.1", {"text"}},  {550, "5.7.1", {}},       {550, "5.7.1", {"", ""}},
    };
    for (const auto& reply : malformed) EXPECT_FALSE(encode_reply(reply)) << reply.code << ' ' << reply.enhanced;
}

} // namespace
} // namespace sealgate::milter
