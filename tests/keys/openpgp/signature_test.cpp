// What a signature says counts only where it is covered, and by whom it was made.
#include "keys/certificates/self_signatures.hpp"
#include "keys/certificates/unproved.hpp"
#include "keys/openpgp/signature.hpp"
#include "keys/store/stored_files.hpp"
#include "policy/base/bytes.hpp"
#include "policy/base/hex.hpp"

#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

using namespace std::string_literals;

const auto key_body = "\x04\0\0\0\1\x16"s + std::string(40, 'k');
const auto fingerprint = fingerprint_of_key(key_body);

std::string octets_of(std::string_view hex) {
    std::string out;
    for (; hex.size() > 1; hex.remove_prefix(2))
        out += static_cast<char>(*text::hex_digit(hex[0]) << 4 | *text::hex_digit(hex[1]));
    return out;
}

std::string packet_of(char tag, std::string_view body) {
    std::string out;
    bytes::appender(out).u8(static_cast<std::uint8_t>(tag)).u8(static_cast<std::uint8_t>(body.size())).raw(body);
    return out;
}

std::string subpacket(char type, std::string_view data) {
    std::string out;
    bytes::appender(out).u8(static_cast<std::uint8_t>(data.size() + 1)).u8(static_cast<std::uint8_t>(type)).raw(data);
    return out;
}

const auto made_at_9 = subpacket(2, "\0\0\0\x09"s);
const auto lasts_7 = subpacket(3, "\0\0\0\x07"s);
const auto by_key_id = subpacket(16, octets_of(key_id_of(fingerprint)));
const auto by_fingerprint = subpacket(33, "\x04" + octets_of(fingerprint));
const auto by_another = subpacket(33, "\x04" + std::string(20, 'a'));

// A certification, by its areas.
std::string body_with(std::string_view hashed, std::string_view unhashed) {
    auto out = "\x04\x13\x16\x08"s;
    bytes::appender to(out);
    to.u16(static_cast<std::uint16_t>(hashed.size())).raw(hashed);
    to.u16(static_cast<std::uint16_t>(unhashed.size())).raw(unhashed);
    return out + "zz"s;
}

std::string certificate_with(std::string_view hashed, std::string_view unhashed) {
    return packet_of('\xC6', key_body) + packet_of('\xCD', "ann@x.org") + packet_of('\xC2', body_with(hashed, unhashed));
}

self_signatures signed_with(const std::string& hashed, const std::string& unhashed) {
    return read_self_signatures(certificate_with(hashed, unhashed));
}

TEST(Signature, OfAUserIdSaysWhenThatEnds) {
    const auto made = signed_with(made_at_9 + lasts_7 + by_fingerprint, "");
    ASSERT_EQ(made.user_ids.size(), 1u);
    EXPECT_EQ(made.user_ids[0].text, "ann@x.org");
    EXPECT_EQ(made.user_ids[0].expires, time_point(std::chrono::seconds(16)));
}

// Else whoever passes a certificate on could end the user ids in it, and gpg would find its signatures good.
TEST(Signature, EndsNothingByWhatItDoesNotCover) {
    const auto made = signed_with(made_at_9 + by_fingerprint, lasts_7);
    ASSERT_EQ(made.user_ids.size(), 1u);
    EXPECT_FALSE(made.user_ids[0].expires);
}

TEST(Signature, EndsOneUserIdAndNotAnotherWhoseAddressHoldsTheFirst) {
    const auto user_id = [](std::string_view text, const std::string& hashed) {
        return packet_of('\xCD', text) + packet_of('\xC2', body_with(hashed, ""));
    };
    const auto binary = packet_of('\xC6', key_body) + user_id("bob@x.org", made_at_9 + lasts_7 + by_fingerprint) +
                        user_id("Jacob <jacob@x.org>", made_at_9 + by_fingerprint);
    certificate cert;
    cert.addresses = {"bob@x.org", "jacob@x.org"};
    complete(cert, read_self_signatures(binary));
    ASSERT_EQ(cert.addresses_expire.size(), 1u);
    EXPECT_EQ(cert.addresses_expire.at("bob@x.org"), time_point(std::chrono::seconds(16)));
}

TEST(Signature, NamesItsIssuerWhereItIsCoveredAndElseWhereItIsNot) {
    EXPECT_EQ(signed_with(made_at_9, by_key_id).user_ids.size(), 1u);
    EXPECT_EQ(signed_with(made_at_9 + by_key_id, by_another).user_ids.size(), 1u);
    EXPECT_EQ(signed_with(made_at_9 + by_another, by_fingerprint).user_ids.size(), 0u);
    const auto facts = read_signature(body_with(made_at_9 + by_fingerprint, by_another));
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->issuer, fingerprint);
    EXPECT_EQ(facts->created, 9u);
    EXPECT_EQ(facts->digest, 8u);
}

TEST(Signature, HasAnIssuerOfAKnownLengthOrNone) {
    for (const std::size_t size : {0, 1, 7, 9, 20, 22, 32, 34, 100})
        for (const char type : {'\x10', '\x21'})
            EXPECT_EQ(read_signature(body_with(subpacket(type, std::string(size, 'i')), ""))->issuer, "") << size;
    const auto read = read_unproved_certificate(certificate_with(made_at_9, ""));
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->user_ids.empty());
}

// As with gpg, which finds such a signature good.
TEST(Signature, WithABrokenAreaSaysWhatStandsBeforeTheBreak) {
    for (const auto& broken : {"\x09\x02"s, "\xFF\xFF\xFF\xFF\xFF\x02"s, "\0\x02"s, "\xC0"s, "\xFF\0"s})
        EXPECT_EQ(signed_with(made_at_9 + lasts_7 + broken, by_key_id + broken).user_ids.at(0).expires,
                  time_point(std::chrono::seconds(16)));
}

} // namespace
} // namespace sealgate::keys
