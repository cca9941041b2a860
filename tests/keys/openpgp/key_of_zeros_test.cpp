// A message that a session key of zeros opens is known for what it is, and no other is taken for one.
#include "keys/openpgp/key_of_zeros.hpp"
#include "policy/crypto/digest.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <array>
#include <memory>
#include <string>

namespace sealgate::keys {
namespace {

std::string octets_of(const std::string& hex) {
    std::string out;
    for (std::size_t i = 0; i < hex.size(); i += 2) out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return out;
}

// RFC 9580 section 5.13.1: a prefix that repeats its last two octets, a literal packet and the check; with AES-256.
std::string data_under(char key_octet, const std::string& text, const std::string& check_of = {}) {
    const std::string key(32, key_octet);
    const std::array<unsigned char, 16> zeros{};
    std::string plain = "0123456789abcdefef" + text + "\xd3\x14";
    plain += octets_of(sha1_hex(check_of.empty() ? plain : check_of));
    std::string out(plain.size(), '\0');
    int made = 0;
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
    EVP_EncryptInit_ex(context.get(), EVP_aes_256_cfb128(), nullptr, reinterpret_cast<const unsigned char*>(key.data()),
                       zeros.data());
    EVP_EncryptUpdate(context.get(), reinterpret_cast<unsigned char*>(out.data()), &made,
                      reinterpret_cast<const unsigned char*>(plain.data()), static_cast<int>(plain.size()));
    return out;
}

std::string in_one_packet(const std::string& data) {
    const auto size = data.size() + 1;
    return std::string("\xd2\xff") + static_cast<char>(size >> 24) + static_cast<char>(size >> 16) +
           static_cast<char>(size >> 8) + static_cast<char>(size) + "\1" + data;
}

// A first chunk of 512 octets, one of 256, and the rest.
std::string in_chunks(const std::string& data) {
    const std::string body = "\1" + data;
    const auto rest = body.size() - 768;
    return std::string("\xd2\xe9") + body.substr(0, 512) + "\xe8" + body.substr(512, 256) + "\xff" +
           static_cast<char>(rest >> 24) + static_cast<char>(rest >> 16) + static_cast<char>(rest >> 8) +
           static_cast<char>(rest) + body.substr(768);
}

const std::string literal = std::string("\xcb\x0b") + "b" + std::string(5, '\0') + "words";

TEST(KeyOfZeros, OpensWhatIsEncryptedWithIt) {
    EXPECT_TRUE(opens_with_key_of_zeros(in_one_packet(data_under('\0', literal))));
    EXPECT_TRUE(opens_with_key_of_zeros(in_chunks(data_under('\0', std::string(5000, 'x')))));
}

TEST(KeyOfZeros, DoesNotOpenWhatIsEncryptedWithAnother) {
    EXPECT_FALSE(opens_with_key_of_zeros(in_one_packet(data_under('\1', literal))));
    EXPECT_FALSE(opens_with_key_of_zeros(in_chunks(data_under('\1', std::string(5000, 'x')))));
}

TEST(KeyOfZeros, PrefixThatRepeatsByChanceDoesNotTell) {
    EXPECT_FALSE(opens_with_key_of_zeros(in_one_packet(data_under('\0', literal, "something else"))));
    EXPECT_FALSE(opens_with_key_of_zeros(in_chunks(data_under('\0', std::string(5000, 'x'), "something else"))));
}

TEST(KeyOfZeros, WhatIsNoSuchMessageIsNotOpened) {
    EXPECT_FALSE(opens_with_key_of_zeros(""));
    EXPECT_FALSE(opens_with_key_of_zeros("text"));
    EXPECT_FALSE(opens_with_key_of_zeros(in_one_packet("")));
    EXPECT_FALSE(opens_with_key_of_zeros(in_one_packet(std::string(40, '\0'))));
}

} // namespace
} // namespace sealgate::keys
