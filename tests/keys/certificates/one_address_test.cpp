// Of a certificate from a directory nothing counts but what is about the address that was asked for.
#include "keys/base/files.hpp"
#include "keys/certificates/key_file.hpp"
#include "keys/certificates/one_address.hpp"
#include "keys/certificates/unproved.hpp"
#include "keys/openpgp/packets.hpp"
#include "keys/openpgp/signature.hpp"
#include "policy/base/bytes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace sealgate::keys {
namespace {

using namespace std::string_view_literals;
using testing::ElementsAre;

constexpr auto id_of_key = "\x15\x82\xBA\x78\xAC\x56\x4B\x0B"sv, id_of_another = "nobodys!"sv; // of plain.asc
constexpr auto its_address = "plain@partner.example"sv;

const std::string& plain_certificate() {
    static const auto binary =
        read_key_file(read_file(std::filesystem::path(SEALGATE_KEY_FILES) / "plain.asc"))->certificates.at(0).binary;
    return binary;
}

std::string packet_of(packet_type type, std::string_view body) {
    return std::string{static_cast<char>(0xC0 | static_cast<int>(type)), static_cast<char>(body.size())} + std::string(body);
}
std::string user_id_of(std::string_view text) { return packet_of(packet_type::user_id, text); }
std::string user_attribute() { return packet_of(packet_type::user_attribute, "a picture"); }

// Nobody made it; it names its issuer in the part that is not covered.
std::string signed_as(signature_type type, std::string_view issuer) {
    std::string body;
    bytes::appender(body).u8(4).u8(static_cast<std::uint8_t>(type)).u8(22).u8(8).u16(0).u16(10).u8(9).u8(16).raw(issuer);
    return packet_of(packet_type::signature, body);
}

// plain.asc with more packets behind its first user id and its signature.
std::string plain_with(const std::string& more) {
    const auto packets = *walk_packets(plain_certificate(), 100);
    std::string out;
    for (const auto& p : packets) {
        if (p.type == packet_type::public_subkey) out += more;
        out += p.whole;
    }
    return out;
}

std::vector<std::string> user_ids_in(std::string_view binary) {
    std::vector<std::string> out;
    const auto packets = *walk_packets(binary, 100);
    for (const auto& p : packets)
        if (p.type == packet_type::user_id) out.emplace_back(p.body);
    return out;
}

const auto own_certification = signed_as(signature_type::positive_certification, id_of_key);

TEST(OneAddress, ItsOwnCertificateStaysAsItIs) {
    EXPECT_EQ(with_one_address(plain_certificate(), its_address), plain_certificate());
}

TEST(OneAddress, AnothersIsNothing) {
    for (const auto* other :
         {"", "x", "lain@partner.example", "plain@partner.example.org", "eve@partner.example", "@partner.example"})
        EXPECT_EQ(with_one_address(plain_certificate(), other), "") << other;
}

TEST(OneAddress, OtherUserIdsGoWithTheirSignatures) {
    const auto two = plain_with(user_id_of("Eve <eve@other.org>") + own_certification);
    EXPECT_EQ(with_one_address(two, its_address), plain_certificate());
    const auto eves = with_one_address(two, "eve@other.org");
    EXPECT_THAT(user_ids_in(eves), ElementsAre("Eve <eve@other.org>"));
    EXPECT_EQ(read_unproved_certificate(eves)->subkeys.size(), 2u);
}

TEST(OneAddress, AllUserIdsOfTheAddressStay) {
    const auto two = plain_with(user_id_of("PLAIN@Partner.Example") + own_certification);
    EXPECT_EQ(with_one_address(two, its_address), two);
    EXPECT_EQ(user_ids_in(two).size(), 2u);
}

TEST(OneAddress, AUserIdThatTheKeyDoesNotSeemToHaveSignedIsNotThere) {
    const auto by_another = signed_as(signature_type::positive_certification, id_of_another);
    for (const auto& signatures : {std::string{}, by_another, signed_as(signature_type::certification_revocation, id_of_key)})
        EXPECT_EQ(with_one_address(plain_with(user_id_of("eve@other.org") + signatures), "eve@other.org"), "");
}

TEST(OneAddress, WhatOthersSignedGoes) {
    EXPECT_EQ(with_one_address(plain_with(signed_as(signature_type::positive_certification, id_of_another)), its_address),
              plain_certificate());
}

TEST(OneAddress, ARevokedUserIdStaysWithItsRevocation) {
    const auto taken_back = plain_with(signed_as(signature_type::certification_revocation, id_of_key));
    EXPECT_EQ(with_one_address(taken_back, its_address), taken_back);
}

TEST(OneAddress, PicturesGoAndTakeTheirSignaturesAlong) {
    EXPECT_EQ(with_one_address(plain_with(user_attribute() + own_certification), its_address), plain_certificate());
    EXPECT_EQ(with_one_address(plain_with(user_id_of("eve@other.org") + user_attribute() + own_certification), "eve@other.org"),
              "");
}

TEST(OneAddress, WhatRevokesTheKeyStays) {
    const auto packets = *walk_packets(plain_certificate(), 100);
    for (const auto issuer : {id_of_key, id_of_another}) { // a designated revoker's too
        std::string ended(packets.front().whole);
        ended += signed_as(signature_type::key_revocation, issuer) + plain_certificate().substr(ended.size());
        EXPECT_EQ(with_one_address(ended, its_address), ended);
    }
    const auto whole =
        read_key_file(read_file(std::filesystem::path(SEALGATE_KEY_FILES) / "revoked.asc"))->certificates.at(0).binary;
    const auto address = read_unproved_certificate(whole)->addresses.at(0);
    EXPECT_TRUE(read_unproved_certificate(with_one_address(whole, address))->revoked);
}

TEST(OneAddress, WhatIsNoCertificateIsNothing) {
    for (const auto& octets : {std::string{}, std::string("<html>"), user_id_of(its_address) + own_certification})
        EXPECT_EQ(with_one_address(octets, its_address), "");
}

TEST(OneAddress, NoByteMakesItFail) {
    const auto whole = plain_with(user_id_of("eve@other.org") + own_certification + user_attribute());
    for (std::size_t i = 0; i < whole.size(); ++i) {
        auto broken = whole;
        broken[i] = static_cast<char>(broken[i] ^ 0x55);
        EXPECT_LE(with_one_address(broken, its_address).size(), whole.size());
        EXPECT_LE(with_one_address(whole.substr(0, i), its_address).size(), i);
    }
}

const auto key_revocation = signed_as(signature_type::key_revocation, id_of_key);

// plain.asc without its user id, as servers send it who have nobody's word for the address.
std::string plain_without_user_ids(const std::string& more) {
    const auto packets = *walk_packets(plain_certificate(), 100);
    std::string out = std::string(packets.front().whole) + more;
    bool is_of_user_id = false;
    for (std::size_t i = 1; i < packets.size(); ++i) {
        is_of_user_id = packets[i].type == packet_type::user_id || (is_of_user_id && packets[i].type == packet_type::signature);
        if (!is_of_user_id) out += packets[i].whole;
    }
    return out;
}

TEST(Update, OfTheSameIsNothing) {
    EXPECT_EQ(update_of(plain_certificate(), plain_certificate(), {std::string(its_address)}), "");
    EXPECT_EQ(update_of(plain_certificate(), plain_without_user_ids({}), {std::string(its_address)}), "");
    EXPECT_EQ(update_of(plain_certificate(), plain_with(user_id_of("Eve <eve@x.org>") + own_certification), {}), "")
        << "another user id is none of ours";
    EXPECT_EQ(update_of(plain_certificate(), "", {}), "");
    EXPECT_EQ(update_of("", plain_certificate(), {}), "") << "another certificate";
}

TEST(Update, ARevocationIsOneWithoutUserIdsToo) {
    const auto update = update_of(plain_certificate(), plain_without_user_ids(key_revocation), {std::string(its_address)});
    EXPECT_THAT(update, testing::HasSubstr(key_revocation));
    EXPECT_THAT(user_ids_in(update), testing::IsEmpty());
}

TEST(Update, WhatTheOwnerSignedAnewIsOne) {
    const auto fresh = plain_with(own_certification);
    EXPECT_EQ(update_of(plain_certificate(), fresh, {std::string(its_address)}), fresh);
    EXPECT_EQ(update_of(plain_certificate(), fresh, {}), "") << "of another address";
    const auto others = plain_with(signed_as(signature_type::positive_certification, id_of_another));
    EXPECT_EQ(update_of(plain_certificate(), others, {std::string(its_address)}), "") << "others' signatures are none";
}

} // namespace
} // namespace sealgate::keys
