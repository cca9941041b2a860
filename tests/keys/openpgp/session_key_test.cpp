// Packets with a session key are read to the last octet, for every algorithm.
#include "keys/openpgp/session_key.hpp"
#include "tests/keys/support/noise.hpp"

#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

using namespace std::string_literals;
using test::noise;

const auto key_id = "\x01\x23\x45\x67\x89\xAB\xCD\xEF"s;

// A number of so many bits.
std::string number(unsigned bits) {
    auto octets = noise((bits + 7) / 8);
    const auto top = 1u << ((bits - 1) % 8);
    octets[0] = static_cast<char>(top | (static_cast<unsigned char>(octets[0]) & (top - 1)));
    return std::string{static_cast<char>(bits >> 8), static_cast<char>(bits & 0xFF)} + octets;
}

// What a PKESK has behind its algorithm, by algorithm.
struct {
    char algorithm;
    std::string value;
} const values[] = {
    {1, number(2048)},
    {1, number(2041)},
    {2, number(3072)},
    {16, number(2047) + number(2046)},
    {18, number(263) + "\x30" + noise(48)},
    {25, noise(32) + "\x21" + noise(33)},
    {26, noise(56) + "\x29" + noise(41)},
};

TEST(Pkesk, IsReadByItsAlgorithmToTheLastOctet) {
    for (const auto& [algorithm, value] : values) {
        const auto whole = "\x03" + key_id + algorithm + value;
        const auto content = read_pkesk(whole);
        ASSERT_TRUE(content) << int{algorithm};
        EXPECT_EQ(content->key_id, "0123456789ABCDEF");
        EXPECT_EQ(content->algorithm, algorithm);
        EXPECT_FALSE(read_pkesk(whole + "x")) << int{algorithm};
        for (std::size_t size = 0; size < whole.size(); ++size)
            EXPECT_FALSE(read_pkesk(whole.substr(0, size))) << int{algorithm} << " cut to " << size;
    }
}

TEST(Pkesk, OfACurveTellsHowLongTheSessionKeyIsAtMost) {
    const struct {
        char version, algorithm;
        std::string value;
        std::size_t most;
    } cases[] = {{3, 1, number(2048), SIZE_MAX},
                 {3, 16, number(2047) + number(2046), SIZE_MAX},
                 {3, 18, number(263) + "\x20" + noise(32), 20},
                 {3, 18, number(263) + "\x28" + noise(40), 28},
                 {3, 18, number(263) + "\x30" + noise(48), 36},
                 {3, 25, noise(32) + "\x19" + noise(25), 16},
                 {3, 25, noise(32) + "\x29" + noise(41), 32},
                 {3, 26, noise(56) + "\x29" + noise(41), 32}};
    for (const auto& [version, algorithm, value, most] : cases) {
        const auto whole = version + key_id + algorithm + value;
        const auto content = read_pkesk(whole);
        ASSERT_TRUE(content) << int{algorithm};
        EXPECT_EQ(longest_session_key(*content), most) << int{algorithm};
    }
}

// Its least length is read_pkesk's to see to; nobody who asks without it may take a key of no octets for an endless one.
TEST(Pkesk, WithNoRoomForASessionKeyHasNone) {
    for (const std::uint8_t algorithm : {std::uint8_t{18}, std::uint8_t{25}, std::uint8_t{26}})
        for (std::size_t size = 0; size < 64; ++size) {
            const auto value = std::string(size, '\x01');
            const pkesk_content tiny{
                .version = 3, .key_id = {}, .fingerprint = {}, .name = {}, .algorithm = algorithm, .value = value};
            EXPECT_EQ(longest_session_key(tiny), 0u) << int{algorithm} << " in " << size;
        }
}

TEST(Pkesk, NumbersAreAsLongAsTheySay) {
    auto wrong = number(2048);
    wrong[1] = 1; // 2049 bits in 257 octets, and then one is missing
    EXPECT_FALSE(read_pkesk("\x03" + key_id + '\x01' + wrong));
    wrong = number(2048);
    wrong[2] = 0x7F; // 2047 bits that claim to be 2048
    EXPECT_FALSE(read_pkesk("\x03" + key_id + '\x01' + wrong));
    wrong = number(2041);
    wrong[2] = 0x02; // 2042 bits that claim to be 2041
    EXPECT_FALSE(read_pkesk("\x03" + key_id + '\x01' + wrong));
    EXPECT_FALSE(read_pkesk("\x03" + key_id + "\x01\0\0"s));
}

// As old OpenPGP.js wrote one RSA session key in 256.
TEST(Pkesk, NumbersMayHaveOneOrTwoZeroOctetsInFront) {
    for (std::size_t zeros = 1; zeros <= 4; ++zeros) {
        auto padded = number(2041);
        padded.replace(2, zeros, zeros, '\0');
        EXPECT_EQ(read_pkesk("\x03" + key_id + '\x01' + padded).has_value(), zeros <= 2) << zeros;
    }
    auto small = number(960);
    small[2] = '\0';
    EXPECT_FALSE(read_pkesk("\x03" + key_id + '\x01' + small)) << "less than any key makes";
    EXPECT_FALSE(read_pkesk("\x03" + key_id + '\x01' + number(2041).substr(0, 2) + std::string(256, '\0')));
}

TEST(Pkesk, ValuesHaveTheSizeOfARealKeys) {
    struct {
        char algorithm;
        std::string value;
    } const too_small[] = {
        {1, number(800)},
        {16, number(1024) + number(8)},
        {18, number(8) + "\x30" + noise(48)},
        {18, number(263) + "\x01" + noise(1)},
        {18, number(263) + "\x2F" + noise(47)},
        {25, noise(32) + "\x11" + noise(17)},
        {25, noise(32) + "\x28" + noise(40)}, // version 6's form
    };
    for (const auto& [algorithm, value] : too_small)
        EXPECT_FALSE(read_pkesk("\x03" + key_id + algorithm + value)) << int{algorithm} << ' ' << value.size();
}

TEST(Pkesk, WhatAnUnknownAlgorithmHasIsNotLookedAt) {
    EXPECT_TRUE(read_pkesk("\x03" + key_id + '\x23' + noise(1200)));
    EXPECT_FALSE(read_pkesk("\x03" + key_id + '\x23' + noise(47)));
}

TEST(Pkesk, AlgorithmsThatOnlySignHaveNoSessionKey) {
    for (const char algorithm : "\0\x03\x11\x13\x16\x1B\x1C"s)
        EXPECT_FALSE(read_pkesk("\x03" + key_id + algorithm + number(2048))) << int{algorithm};
}

TEST(Pkesk, Version6NamesAKeyByItsFingerprint) {
    const auto value = "\x19"s + noise(32) + "\x28" + noise(40);
    const auto id_in = [&](const std::string& reader) {
        const auto content = read_pkesk("\x06" + reader + value);
        return content ? content->key_id : "none";
    };
    EXPECT_EQ(id_in("\x21\x06" + key_id + noise(24)), "0123456789ABCDEF");
    EXPECT_EQ(id_in("\x15\x04" + noise(12) + key_id), "0123456789ABCDEF");
    EXPECT_EQ(id_in(std::string(1, '\0')), hidden_key_id);
    EXPECT_EQ(id_in("\x21\x04" + key_id + noise(24)), "none");
    EXPECT_EQ(id_in("\x15\x06" + noise(12) + key_id), "none");
    EXPECT_EQ(id_in("\x01\x06"s), "none");
}

// How a passphrase becomes a key: simple, salted, iterated, Argon2.
const std::string methods[] = {"\0\x08"s, "\x01\x08"s + noise(8), "\x03\x08"s + noise(9), "\x04"s + noise(19)};

std::string version_6(const std::string& s2k, const std::string& nonce, char aead, const std::string& end) {
    const auto counted = "\x09"s + aead + static_cast<char>(s2k.size()) + s2k + nonce;
    return "\x06"s + static_cast<char>(counted.size()) + counted + end;
}

TEST(Skesk, IsReadToTheLastOctet) {
    for (const auto& s2k : methods) {
        const std::string whole[] = {
            "\x04\x09" + s2k,
            "\x04\x09" + s2k + noise(1 + 32),
            "\x05\x09\x02" + s2k + noise(15 + 32 + 16),
            "\x05\x09\x01" + s2k + noise(16 + 16 + 16),
            version_6(s2k, noise(15), '\x02', noise(32 + 16)),
            version_6(s2k, noise(12), '\x03', noise(24 + 16)),
        };
        for (const auto& one : whole) {
            const auto content = read_skesk(one);
            ASSERT_TRUE(content) << testing::PrintToString(one);
            EXPECT_EQ(content->version, one[0]);
            EXPECT_FALSE(read_skesk(one + "x")) << testing::PrintToString(one);
            EXPECT_FALSE(read_skesk(one.substr(0, one.size() - 1))) << testing::PrintToString(one);
        }
    }
}

TEST(Skesk, CountsMethodsAndAlgorithmsMustBeThoseThatExist) {
    const auto iterated = methods[2];
    auto wrong_count = version_6(iterated, noise(15), '\x02', noise(32 + 16));
    ++wrong_count[1];
    const std::string cases[] = {
        "",
        "\x04",
        "\x03\x09" + iterated,
        "\x07\x09" + iterated,
        "\x04\x05" + iterated,                           // a cipher that does not exist
        "\x04\x09\x02\x08"s + noise(9),                  // a method that does not exist
        "\x04\x09\x03\x0D"s + noise(9),                  // a hash that does not exist
        "\x05\x09\x04" + iterated + noise(15 + 32 + 16), // an AEAD algorithm that does not exist
        "\x05\x09\x01" + iterated + noise(15 + 32 + 16), // the nonce of another
        version_6(iterated, noise(15), '\x04', noise(48)),
        version_6(iterated + "x", noise(14), '\x02', noise(48)), // longer than its method
        wrong_count,
    };
    for (const auto& one : cases) EXPECT_FALSE(read_skesk(one)) << testing::PrintToString(one);
}

} // namespace
} // namespace sealgate::keys
