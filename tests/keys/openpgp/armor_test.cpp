// Armor is read strictly, and what is written is read back.
#include "keys/openpgp/armor.hpp"
#include "tests/keys/support/noise.hpp"
#include "tests/keys/support/test_keyring.hpp"

#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

using namespace std::string_literals;

const auto good = "-----BEGIN PGP MESSAGE-----\r\n\r\naGVsbG8=\r\n=R/WK\r\n-----END PGP MESSAGE-----\r\n"s;

TEST(Armor, IsWrittenInLinesOf64) {
    const auto armored = armor_message(std::string(100, 'x'));
    EXPECT_EQ(armored, "-----BEGIN PGP MESSAGE-----\r\n"
                       "\r\n"
                       "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4\r\n"
                       "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4\r\n"
                       "eHh4eA==\r\n"
                       "=wbhF\r\n"
                       "-----END PGP MESSAGE-----\r\n");
}

TEST(Armor, EveryLengthComesBack) {
    for (std::size_t size = 0; size < 200; ++size) {
        std::string data;
        for (std::size_t i = 0; i < size; ++i) data += static_cast<char>(i * 37 + size);
        const auto read = read_armored_message(armor_message(data));
        ASSERT_TRUE(read) << size << ": " << read.error();
        EXPECT_EQ(*read, data);
    }
}

// RFC 9580 section 6.1.1, octet by octet.
std::string plain_crc24(std::string_view data) {
    std::uint32_t crc = 0xB704CE;
    for (const char octet : data) {
        crc ^= static_cast<std::uint32_t>(static_cast<unsigned char>(octet)) << 16;
        for (int bit = 0; bit < 8; ++bit) crc = crc << 1 ^ ((crc & 0x800000u) != 0 ? 0x1864CFBu : 0u);
    }
    return {static_cast<char>(crc >> 16), static_cast<char>(crc >> 8 & 0xFF), static_cast<char>(crc & 0xFF)};
}

TEST(Armor, ChecksumIsThatOfTheStandard) {
    EXPECT_EQ(crc24("123456789"), "\x21\xCF\x02");
    const auto data = test::noise(100);
    for (std::size_t size = 0; size <= data.size(); ++size)
        EXPECT_EQ(crc24(data.substr(0, size)), plain_crc24(data.substr(0, size))) << size;
}

TEST(Armor, GpgAcceptsTheChecksum) {
    const test::keyring ring;
    const auto stored = ring.gpg_with_input("--store", "hello");
    EXPECT_EQ(ring.decrypt(armor_message(stored)), "hello");
    auto wrong = armor_message(stored);
    const auto checksum = wrong.rfind("\r\n=") + 3;
    wrong[checksum] = wrong[checksum] == 'A' ? 'B' : 'A';
    const auto file = ring.directory() / "wrong.asc";
    replace_file(file, wrong);
    EXPECT_NE(test::run("gpg --batch --decrypt " + file.string() + " 2>&1 || true").find("CRC error"), std::string::npos);
}

TEST(Armor, WhatMailProgramsWriteIsRead) {
    const std::string cases[] = {
        good,
        "\r\n \t\r\n" + good + "\r\n\r\n",
        "-----BEGIN PGP MESSAGE----- \nVersion: GnuPG v2\nComment: https://gnupg.org\n \naGVsbG8=\n-----END "
        "PGP MESSAGE-----",
        "-----BEGIN PGP MESSAGE-----\n\naGVs\nbG8=\n=R/WK\n-----END PGP MESSAGE-----\n",
        "-----BEGIN PGP MESSAGE-----\r\nVersion: FlowCrypt Email Encryption 8.5.8\r\n"
        "Comment: Seamlessly send and receive encrypted email\r\n\r\naGVsbG8=\r\n-----END PGP "
        "MESSAGE-----\r\n",
        "-----BEGIN PGP MESSAGE-----\nVersion: PGP Desktop 9.9.0 (Build 397) - not licensed for commercial "
        "use: "
        "www.pgp.com\nCharset: utf-8\n\naGVsbG8=\n-----END PGP MESSAGE-----\n",
    };
    for (const auto& armored : cases) {
        const auto read = read_armored_message(armored);
        ASSERT_TRUE(read) << read.error() << "\n" << armored;
        EXPECT_EQ(*read, "hello");
    }
}

TEST(Armor, TextInOrAroundItIsRefused) {
    const auto with = [](const std::string& lines) {
        return "-----BEGIN PGP MESSAGE-----\n" + lines + "\n-----END PGP MESSAGE-----\n";
    };
    const std::string cases[] = {
        "",
        "hello",
        "see below\n" + good,
        good + "-- \nAnn",
        good + good,
        with("aGVsbG8="),                            // no empty line
        with("Secret: the price is 42\n\naGVsbG8="), // a header nobody knows
        with("Comment: " + std::string(200, 'x') + "\n\naGVsbG8="),
        with("Comment: a\nComment: b\nComment: c\nComment: d\n\naGVsbG8="),
        with("\naGVsbG8=\nthe price is 42"),  // behind the padding
        with("\naGVsbG8=\n=the price is 42"), // in place of the checksum
        with("\naGVs the price is 42 bG8="),
        with("\naGVsbG8"),                           // not whole
        "-----BEGIN PGP MESSAGE-----\n\naGVsbG8=\n", // no end
        "-----BEGIN PGP MESSAGE-----\n\naGVsbG8=\n-----END PGP SIGNATURE-----\n",
        "-----BEGIN PGP MESSAGE-----\n\naGVsbG8=\n-----END PGP MESSAGE----- the price is 42\n",
        "-----BEGIN PGP MESSAGE-----\n\naGVsbG8=-----END PGP MESSAGE-----\n",
        "-----BEGIN PGP SIGNATURE-----\n\naGVsbG8=\n-----END PGP SIGNATURE-----\n",
        " " + good.substr(0, 27) + "x" + good.substr(27),
    };
    for (const auto& armored : cases) EXPECT_FALSE(read_armored_message(armored)) << armored;
}

TEST(Armor, AllBlocksOfATextAreFound) {
    const auto read = read_armor("dear bob\n" + good + "and\n" + good);
    EXPECT_EQ(read.blocks.size(), 2u);
    EXPECT_TRUE(read.other_text);
}

TEST(Armor, HeadersThatCouldCarryTextAreTextBesideTheBlock) {
    const auto read = read_armor("-----BEGIN PGP MESSAGE-----\nSecret: the price is 42\n\naGVsbG8=\n"
                                 "-----END PGP MESSAGE-----\n");
    ASSERT_EQ(read.blocks.size(), 1u);
    EXPECT_EQ(read.blocks.front().data, "hello");
    EXPECT_TRUE(read.other_text);
    EXPECT_FALSE(read_armor(good).other_text);
}

TEST(Armor, IsAnnouncedAtTheBeginningOfALineOnly) {
    EXPECT_TRUE(announces_message(good));
    EXPECT_TRUE(announces_message("x\n-----BEGIN PGP MESSAGE, PART 1/2-----"));
    EXPECT_FALSE(announces_message("> " + good));
}

TEST(Armor, ManyBrokenBlocksAreReadInLinearTime) {
    std::string many;
    for (int i = 0; i < 200'000; ++i) many += "-----BEGIN PGP MESSAGE-----\n\nAAAA\n";
    EXPECT_TRUE(read_armor(many).blocks.empty());
}

} // namespace
} // namespace sealgate::keys
