// The parts of a mail, as an administrator sees them.
#include "keys/openpgp/armor.hpp"
#include "keys/protection/part_accounts.hpp"
#include "tests/keys/support/noise.hpp"

#include <gmock/gmock.h>

namespace sealgate::keys {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const auto session_key = "\xC1\x44\x03\x01\x23\x45\x67\x89\xAB\xCD\xEF\x19"s + test::noise(32) + "\x19" + test::noise(25);
const auto data = "\xD2\x65\x01"s + test::noise(100);
const auto encrypted = armor_message(session_key + data);
const auto literal = armor_message("\xCB\x10"s + "b\0\0\0\0\0in clear!\n"s);

policy::message mixed(const std::vector<std::string>& parts, const std::string& preamble = {}) {
    auto body = preamble;
    for (const auto& part : parts) body += "--b\r\n" + part + "\r\n";
    return {.fields = {{"Content-Type", " multipart/mixed; boundary=b"}}, .body = body + "--b--\r\n"};
}

std::vector<std::string> lines_of(const policy::message& mail) {
    std::vector<std::string> out;
    for (const auto& part : anatomy(mail)) {
        out.push_back(part.path + " " + part.type + " " + part.verdict);
        for (const auto& packet : part.packets) out.push_back("  " + packet);
    }
    return out;
}

TEST(Anatomy, ShowsEachPartWithItsVerdictAndItsPackets) {
    EXPECT_THAT(lines_of(mixed({"\r\n" + encrypted, "Content-Type: text/html\r\n\r\n<p>hello", "\r\n" + literal})),
                ElementsAre("0 multipart/mixed ", "1 text/plain encrypted",
                            "  PKESK version 3 for key 0123456789ABCDEF, X25519", "  SEIPD version 1, 101 octets",
                            "2 text/html readable", "3 text/plain claims to be encrypted and is not: plain data, not encrypted",
                            "  literal data, not encrypted, 16 octets"));
}

TEST(Anatomy, SaysWhatStandsBesideTheParts) {
    const auto nested = "Content-Type: message/rfc822\r\n\r\nX-Note: a word\r\n\r\n" + encrypted;
    const auto lines = lines_of(mixed({nested}, "The price is 42.\r\n"));
    ASSERT_GE(lines.size(), 2u);
    EXPECT_EQ(lines[0], "0 multipart/mixed readable text before its parts");
    EXPECT_EQ(lines[1], "1 message/rfc822 the header of the message in it is readable");
}

TEST(Anatomy, BrokenDataAreReadAsFarAsTheyGo) {
    EXPECT_THAT(lines_of(mixed({"\r\n" + armor_message(session_key + data.substr(0, 50))})),
                ElementsAre("0 multipart/mixed ", "1 text/plain claims to be encrypted and is not: a packet is cut short",
                            "  PKESK version 3 for key 0123456789ABCDEF, X25519", "  a packet is cut short"));
}

TEST(Anatomy, ManyPacketsAreCounted) {
    std::string many;
    for (int i = 0; i < 100; ++i) many += session_key;
    const auto parts = anatomy(mixed({"\r\n" + armor_message(many + data)}));
    ASSERT_EQ(parts.size(), 2u);
    EXPECT_EQ(parts[1].packets.size(), 21u);
    EXPECT_EQ(parts[1].packets.back(), "and 81 more packets");
}

TEST(Anatomy, OrdinaryMailHasNone) { EXPECT_THAT(anatomy({.fields = {}, .body = "hello\r\n"}), IsEmpty()); }

} // namespace
} // namespace sealgate::keys
