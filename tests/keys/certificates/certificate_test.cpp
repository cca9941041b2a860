// The state of a certificate at a time, and the real end of its use.
#include "keys/certificates/certificate.hpp"

#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

using policy::key_state;

constexpr time_point at(int seconds) { return time_point(std::chrono::seconds(seconds)); }
constexpr auto now = at(1000);

subkey primary() { return {.fingerprint = "A", .key_id = "primary", .created = at(100), .expires = {}}; }

subkey encryption(const std::string& id, int created = 200, std::optional<time_point> expires = {}) {
    return {.fingerprint = "B", .key_id = id, .created = at(created), .expires = expires, .can_encrypt = true};
}

certificate with(std::vector<subkey> subkeys) {
    certificate cert{
        .fingerprint = "A", .user_ids = {}, .addresses = {}, .created = at(100), .expires = {}, .subkeys = {primary()}};
    cert.subkeys.insert(cert.subkeys.end(), subkeys.begin(), subkeys.end());
    return cert;
}

subkey revoked(subkey key) {
    key.revoked = true;
    return key;
}

std::string chosen(const certificate& cert) {
    const auto* key = encryption_subkey(cert, now);
    return key == nullptr ? "none" : key->key_id;
}

TEST(EncryptionSubkey, IsTheNewestThatCanBeUsed) {
    EXPECT_EQ(chosen(with({encryption("old", 200), encryption("new", 300)})), "new");
    EXPECT_EQ(chosen(with({encryption("new", 300), encryption("old", 200)})), "new");
    EXPECT_EQ(chosen(with({encryption("first", 300), encryption("second", 300)})), "first");
    EXPECT_EQ(chosen(with({encryption("good", 200), revoked(encryption("revoked", 300))})), "good");
    EXPECT_EQ(chosen(with({encryption("good", 200), encryption("expired", 300, now)})), "good");
    EXPECT_EQ(chosen(with({encryption("good", 200), encryption("of tomorrow", 1001)})), "good");
    EXPECT_EQ(chosen(with({})), "none");
}

TEST(EncryptionSubkey, ThePrimaryKeyIsTheLastResort) {
    auto cert = with({encryption("subkey", 50)});
    cert.subkeys.front().can_encrypt = true;
    EXPECT_EQ(chosen(cert), "subkey");
    cert.subkeys.pop_back();
    EXPECT_EQ(chosen(cert), "primary");
}

TEST(CertificateState, FollowsItsPrecedence) {
    auto cert = with({encryption("good")});
    EXPECT_EQ(state_at(cert, now), key_state::usable);
    cert.invalid = true;
    EXPECT_EQ(state_at(cert, now), key_state::not_for_encryption);
    cert.expires = now;
    EXPECT_EQ(state_at(cert, now), key_state::expired);
    EXPECT_EQ(state_at(cert, at(999)), key_state::not_for_encryption);
    cert.disabled = true;
    EXPECT_EQ(state_at(cert, now), key_state::disabled);
    cert.revoked = true;
    EXPECT_EQ(state_at(cert, now), key_state::revoked);
}

TEST(CertificateState, OfTheSubkeysWhenThePrimaryIsWell) {
    const auto expired = encryption("expired", 200, at(900));
    EXPECT_EQ(state_at(with({}), now), key_state::not_for_encryption);
    EXPECT_EQ(state_at(with({expired}), now), key_state::expired);
    EXPECT_EQ(state_at(with({expired}), at(899)), key_state::usable);
    EXPECT_EQ(state_at(with({revoked(encryption("revoked"))}), now), key_state::revoked);
    EXPECT_EQ(state_at(with({expired, revoked(encryption("revoked"))}), now), key_state::expired);
    EXPECT_EQ(state_at(with({revoked(expired)}), now), key_state::revoked);
    EXPECT_EQ(state_at(with({encryption("of tomorrow", 1001)}), now), key_state::not_for_encryption);
}

TEST(CertificateState, OfTomorrowIsNotUsable) {
    EXPECT_EQ(state_at(with({encryption("good", 50)}), at(99)), key_state::not_for_encryption);
}

subkey of_bits(subkey key, std::uint8_t algorithm, unsigned bits) {
    key.algorithm = algorithm;
    key.bits = bits;
    return key;
}

certificate marked(certificate cert, policy::key_minimum least = {}) {
    mark_weak(cert, least);
    return cert;
}

TEST(WeakKeys, AreShorterThanThePolicyAsksFor) {
    constexpr std::uint8_t rsa = 1, elgamal = 16, ecdh = 18;
    EXPECT_EQ(state_at(marked(with({of_bits(encryption("rsa"), rsa, 2047)})), now), key_state::weak);
    EXPECT_EQ(state_at(marked(with({of_bits(encryption("rsa"), rsa, 2048)})), now), key_state::usable);
    EXPECT_EQ(state_at(marked(with({of_bits(encryption("elgamal"), elgamal, 1024)})), now), key_state::weak);
    EXPECT_EQ(state_at(marked(with({of_bits(encryption("curve"), ecdh, 255)})), now), key_state::usable);
    EXPECT_EQ(state_at(marked(with({of_bits(encryption("rsa"), rsa, 3072)}), {.rsa = 4096}), now), key_state::weak);
    EXPECT_EQ(state_at(marked(with({of_bits(encryption("rsa"), rsa, 1024)}), {.rsa = 1024}), now), key_state::usable);
}

TEST(WeakKeys, APrimaryKeyThatIsOneMakesAllOfThemWeak) {
    auto cert = with({of_bits(encryption("elgamal"), 16, 4096)});
    cert.subkeys.front() = of_bits(cert.subkeys.front(), 17, 1024);
    EXPECT_EQ(state_at(marked(cert), now), key_state::weak);
    EXPECT_EQ(state_at(marked(cert, {.elgamal = 1024}), now), key_state::usable);
}

TEST(WeakKeys, ArePassedOverForABetterOneAndNeverChosen) {
    const auto weak = of_bits(encryption("weak", 300), 1, 1024);
    EXPECT_EQ(chosen(marked(with({weak, of_bits(encryption("good", 200), 1, 3072)}))), "good");
    EXPECT_EQ(chosen(marked(with({weak}))), "none");
}

TEST(RefusedKeys, AreNoKeysForEncryption) {
    auto refused = encryption("refused", 300);
    refused.refused = true;
    EXPECT_EQ(chosen(with({refused, encryption("good", 200)})), "good");
    EXPECT_EQ(state_at(with({refused}), now), key_state::not_for_encryption);
}

TEST(EndOfUse, IsTheEarliestOfAllThatEnds) {
    const auto ends = [](const certificate& cert) { return end_of_use(cert, now); };
    EXPECT_EQ(ends(with({encryption("good")})), std::nullopt);
    EXPECT_EQ(ends(with({encryption("ends", 200, at(2000))})), at(2000));
    auto cert = with({encryption("ends", 200, at(2000))});
    cert.expires = at(1500);
    EXPECT_EQ(ends(cert), at(1500));
    cert.user_ids_expire = at(1400);
    EXPECT_EQ(ends(cert), at(1400));
    EXPECT_EQ(state_at(cert, at(1399)), key_state::usable);
    EXPECT_EQ(state_at(cert, at(1400)), key_state::expired);
}

TEST(EndOfUse, OfOneKeyIsNoLaterThanItsPrimaryKeys) {
    auto cert = with({encryption("never"), encryption("early", 200, at(1100))});
    EXPECT_EQ(end_of_use(cert, cert.subkeys.at(1)), std::nullopt);
    cert.expires = at(1500);
    EXPECT_EQ(end_of_use(cert, cert.subkeys.at(1)), at(1500));
    EXPECT_EQ(end_of_use(cert, cert.subkeys.at(2)), at(1100));
    cert.user_ids_expire = at(1050);
    EXPECT_EQ(end_of_use(cert, cert.subkeys.at(2)), at(1050));
}

TEST(EndOfUse, OfSeveralSubkeysIsTheLastOne) {
    const auto early = encryption("early", 200, at(1100)), late = encryption("late", 150, at(3000));
    EXPECT_EQ(end_of_use(with({early, late}), now), at(3000));
    EXPECT_EQ(end_of_use(with({early, encryption("never")}), now), std::nullopt);
    EXPECT_EQ(end_of_use(with({early, revoked(encryption("revoked"))}), now), at(1100));
    EXPECT_EQ(end_of_use(with({encryption("past", 200, at(900))}), now), at(900));
    EXPECT_EQ(end_of_use(with({early, of_bits(encryption("weak"), 1, 1024)}), now), std::nullopt);
    EXPECT_EQ(end_of_use(marked(with({early, of_bits(encryption("weak"), 1, 1024)})), now), at(1100));
}

} // namespace
} // namespace sealgate::keys
