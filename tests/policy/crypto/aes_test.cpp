// AES-256 in Galois/Counter Mode: the values of its authors' paper, and what was changed is none.
#include "policy/base/hex.hpp"
#include "policy/crypto/aes.hpp"

#include <gtest/gtest.h>

namespace sealgate {
namespace {

std::string octets(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        out += static_cast<char>(*text::hex_digit(hex[i]) << 4 | *text::hex_digit(hex[i + 1]));
    return out;
}

// McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B, test case 16.
const auto key = octets("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
constexpr gcm_nonce nonce{0xca, 0xfe, 0xba, 0xbe, 0xfa, 0xce, 0xdb, 0xad, 0xde, 0xca, 0xf8, 0x88};
const auto associated = octets("feedfacedeadbeeffeedfacedeadbeefabaddad2");
const auto plain = octets("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
                          "b16aedf5aa0de657ba637b39");
const auto sealed = octets("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
                           "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b");

TEST(AesGcm, IsAsItsAuthorsHaveIt) {
    EXPECT_EQ(seal_aes256_gcm(key, nonce, associated, plain), sealed);
    EXPECT_EQ(open_aes256_gcm(key, nonce, associated, sealed), plain);
    EXPECT_EQ(open_aes256_gcm(key, nonce, "", seal_aes256_gcm(key, nonce, "", "")), "");
}

TEST(AesGcm, WhatWasChangedIsNone) {
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        auto changed = sealed;
        changed[i] ^= 1;
        EXPECT_FALSE(open_aes256_gcm(key, nonce, associated, changed)) << i;
        EXPECT_FALSE(open_aes256_gcm(key, nonce, associated, std::string_view(sealed).substr(0, i))) << i;
    }
    EXPECT_FALSE(open_aes256_gcm(key, nonce, "other", sealed));
    auto other = key;
    other[0] ^= 1;
    EXPECT_FALSE(open_aes256_gcm(other, nonce, associated, sealed));
}

} // namespace
} // namespace sealgate
