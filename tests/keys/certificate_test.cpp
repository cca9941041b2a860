#include "keys/certificate.hpp"

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

} // namespace
} // namespace sealgate::keys
