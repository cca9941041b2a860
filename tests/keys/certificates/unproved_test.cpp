// A certificate that gpg here can't read says by its packets which keys are its owner's.
#include "keys/base/files.hpp"
#include "keys/certificates/key_file.hpp"
#include "keys/certificates/unproved.hpp"
#include "keys/openpgp/signature.hpp"
#include "keys/protection/addressing.hpp"
#include "keys/protection/inspect.hpp"
#include "policy/base/bytes.hpp"
#include "tests/keys/support/key_index.hpp"

#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

using policy::addressed;
using policy::key_state;

std::string bytes_of(const std::string& name) {
    return read_key_file(read_file(std::filesystem::path(SEALGATE_KEY_FILES) / name))->certificates.at(0).binary;
}

certificate read(const std::string& binary) {
    auto cert = read_unproved_certificate(binary);
    EXPECT_TRUE(cert) << cert.error();
    return cert.value_or(certificate{});
}

TEST(UnprovedCertificate, SaysWhatItsPacketsSay) {
    const auto six = read(bytes_of("js-v6-curve25519.asc"));
    EXPECT_EQ(six.fingerprint, "D90D24EC00128898D6243F08BE729BB911FE7F2D7B3D6EFB38FA129142A7BE90");
    EXPECT_EQ(six.addresses, std::vector<std::string>{"js-v6-curve25519@partner.example"});
    ASSERT_EQ(six.subkeys.size(), 2u);
    EXPECT_FALSE(six.subkeys[0].can_encrypt);
    EXPECT_TRUE(six.subkeys[1].can_encrypt);
    EXPECT_EQ(six.subkeys[1].key_id, "3F2AE784D4817E3D");
    EXPECT_EQ(six.subkeys[1].algorithm, 25);
    EXPECT_TRUE(six.addressing_only);
    EXPECT_EQ(state_at(six, six.created + std::chrono::days(1)), key_state::not_for_encryption);

    const auto four = read(bytes_of("js-v4-curve25519.asc"));
    EXPECT_EQ(four.fingerprint, "BF3393291508EC127AA83A9C38D2DDA95904F88F");
    EXPECT_EQ(four.subkeys.at(1).key_id, "AC240AE45179E718");
}

TEST(UnprovedCertificate, ReadsWhatGpgReadsAlike) {
    const auto plain = read(bytes_of("plain.asc"));
    EXPECT_EQ(plain.fingerprint, "CACEF556DD7FABE65EF2B0DB1582BA78AC564B0B");
    EXPECT_EQ(plain.addresses, std::vector<std::string>{"plain@partner.example"});
    EXPECT_EQ(plain.subkeys.at(1).key_id, "22DF5125956CF486");
    EXPECT_FALSE(plain.revoked);
    EXPECT_TRUE(read(bytes_of("revoked.asc")).revoked);
}

TEST(UnprovedCertificate, HasItsKeysAndNoOthers) {
    for (const auto* name : {"plain.asc", "js-v6-curve25519.asc"}) {
        const auto whole = bytes_of(name);
        for (const auto& key : read(whole).subkeys) EXPECT_TRUE(has_key(whole, key.fingerprint)) << key.fingerprint;
        EXPECT_FALSE(has_key(whole, "BF3393291508EC127AA83A9C38D2DDA95904F88F"));
        EXPECT_FALSE(has_key(whole, ""));
        EXPECT_FALSE(has_key(whole.substr(0, whole.size() - 1), read(whole).fingerprint)) << "damaged";
    }
}

TEST(UnprovedCertificate, NoByteMakesItFail) {
    for (const auto* name : {"js-v6-curve25519.asc", "plain.asc", "revoked.asc"}) {
        const auto whole = bytes_of(name);
        for (std::size_t i = 0; i < whole.size(); ++i) {
            auto broken = whole;
            broken[i] = static_cast<char>(broken[i] ^ 0x55);
            (void)read_unproved_certificate(broken);
            (void)read_unproved_certificate(whole.substr(0, i));
            (void)merge_unproved(whole, broken);
            (void)without_foreign_signatures(broken);
            (void)read_key_file(broken);
        }
    }
}

TEST(UnprovedCertificate, WhatTheKeyDoesNotSeemToHaveSignedIsNotThere) {
    auto binary = bytes_of("js-v6-curve25519.asc");
    const std::string added = "\xCD\x0D"
                              "eve@other.org";
    EXPECT_EQ(read(binary + added).addresses, read(binary).addresses);
}

// A signature that nobody made: of that time, about what stands before it.
std::string signature(signature_type type, std::string_view issuer_id, std::string_view hashed = {}) {
    std::string body;
    bytes::appender to(body);
    to.u8(4).u8(static_cast<std::uint8_t>(type)).u8(22).u8(8); // version, Ed25519, SHA-256
    to.u16(static_cast<std::uint16_t>(hashed.size())).raw(hashed);
    to.u16(static_cast<std::uint16_t>(issuer_id.size() + 2)).u8(static_cast<std::uint8_t>(issuer_id.size() + 1));
    to.u8(16).raw(issuer_id);
    return "\xC2" + std::string(1, static_cast<char>(body.size())) + body;
}

using namespace std::string_view_literals;
constexpr auto id_of_six = "\xD9\x0D\x24\xEC\0\x12\x88\x98"sv, id_of_nobody = "nobodys!"sv;

TEST(UnprovedCertificate, AUserIdCountsByTheKeysOwnSignatures) {
    using enum signature_type;
    const auto six = bytes_of("js-v6-curve25519.asc") + "\xCD\x0D" + "eve@other.org";
    const auto has_eve = [](const std::string& binary) { return read(binary).addresses.size() == 2; };
    EXPECT_TRUE(has_eve(six + signature(positive_certification, id_of_six)));
    EXPECT_FALSE(has_eve(six + signature(positive_certification, id_of_nobody)));
    EXPECT_FALSE(has_eve(six + signature(positive_certification, id_of_six) + signature(certification_revocation, id_of_six)));
    EXPECT_TRUE(
        has_eve(six + signature(positive_certification, id_of_six) + signature(certification_revocation, id_of_nobody)));
}

TEST(UnprovedCertificate, ASubkeyIsWhatItsNewestBindingSaysUntilItIsRevoked) {
    using enum signature_type;
    constexpr auto old_for_signing = "\x05\x02\0\0\0\x01\x02\x1B\x02"sv, new_for_signing = "\x05\x02\xFF\0\0\0\x02\x1B\x02"sv;
    const auto subkey = [](const std::string& more) { return read(bytes_of("js-v6-curve25519.asc") + more).subkeys.at(1); };
    EXPECT_TRUE(subkey(signature(subkey_binding, id_of_six, old_for_signing)).can_encrypt);
    EXPECT_FALSE(subkey(signature(subkey_binding, id_of_six, new_for_signing)).can_encrypt);
    EXPECT_TRUE(subkey(signature(subkey_binding, id_of_nobody, new_for_signing)).can_encrypt);
    EXPECT_TRUE(subkey(signature(subkey_revocation, id_of_six)).revoked);
    EXPECT_FALSE(subkey(signature(subkey_revocation, id_of_nobody)).revoked);
    EXPECT_FALSE(subkey("").revoked);
}

TEST(UnprovedCertificate, ARevocationOfTheKeyCountsWhoeverMadeIt) {
    const auto plain = bytes_of("plain.asc");
    const auto revocation = signature(signature_type::key_revocation, id_of_nobody); // a designated revoker's
    EXPECT_TRUE(read(plain + revocation).revoked);
    EXPECT_EQ(without_foreign_signatures(plain + revocation), plain + revocation);
}

TEST(UnprovedCertificate, AKeyThatIsForSigningReadsNothing) {
    const auto rsa = read_file(std::filesystem::path(SEALGATE_CERTIFICATES) / "rsa-2047.pgp");
    EXPECT_FALSE(read(rsa).subkeys.at(0).can_encrypt) << "though RSA could";
    EXPECT_TRUE(read(rsa).subkeys.at(1).can_encrypt);
}

TEST(UnprovedCertificate, MergingLosesNothing) {
    const auto whole = bytes_of("revoked.asc"), before = bytes_of("revoked-before.asc");
    EXPECT_EQ(merge_unproved(before, before), before);
    EXPECT_EQ(merge_unproved(whole, before), whole);
    EXPECT_TRUE(read(merge_unproved(before, whole)).revoked);
    EXPECT_EQ(read(merge_unproved(before, whole)).subkeys.size(), 2u);
}

TEST(UnprovedCertificate, OwnSignaturesStay) {
    for (const auto* name : {"plain.asc", "revoked.asc", "js-v6-curve25519.asc", "js-v4-curve25519.asc"})
        EXPECT_EQ(without_foreign_signatures(bytes_of(name)), bytes_of(name)) << name;
    EXPECT_EQ(without_foreign_signatures(bytes_of("plain.asc") + "\xC2\x03\x06zz"), bytes_of("plain.asc"));
}

TEST(UnprovedCertificate, MailThatNamesItsKeyIsAddressedToIt) {
    stored_certificate six{.cert = read(bytes_of("js-v6-curve25519.asc"))},
        four{.cert = read(bytes_of("js-v4-curve25519.asc"))};
    const key_index keys(std::vector<stored_certificate>{six, four});
    const auto to = [&](const std::string& mail, const std::string& address) {
        const auto bytes = read_file(std::filesystem::path(SEALGATE_KEY_FILES) / mail);
        return readership(inspect(policy::parse_message(bytes))).addressed_to(keys, address, {});
    };
    EXPECT_EQ(to("to-v6-only.eml", "js-v6-curve25519@partner.example"), addressed::yes);
    EXPECT_EQ(to("to-v6-only.eml", "js-v4-curve25519@partner.example"), addressed::no);
    EXPECT_EQ(to("to-unsupported-x25519.eml", "js-v4-curve25519@partner.example"), addressed::yes);
    EXPECT_EQ(to("to-unsupported-x25519.eml", "plain@partner.example"), addressed::unverifiable);
}

} // namespace
} // namespace sealgate::keys
