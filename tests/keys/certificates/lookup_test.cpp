// The certificate that is used for an address, of several, and where it cannot be told.
#include "keys/certificates/lookup.hpp"
#include "tests/keys/support/key_index.hpp"

#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

using policy::key_state;

constexpr time_point at(int seconds) { return time_point(std::chrono::seconds(seconds)); }
constexpr auto now = at(1000);

std::string fingerprint(char digit) { return std::string(40, digit); }

stored_certificate key(char digit, std::vector<std::string> addresses, int created = 100) {
    const subkey own{.fingerprint = {}, .key_id = {}, .created = at(created), .expires = {}, .can_encrypt = true};
    return {.cert = {.fingerprint = fingerprint(digit),
                     .user_ids = {},
                     .addresses = std::move(addresses),
                     .created = at(created),
                     .expires = {},
                     .subkeys = {own}}};
}

stored_certificate expired(stored_certificate k) {
    k.cert.expires = at(900);
    return k;
}
stored_certificate revoked(stored_certificate k) {
    k.cert.revoked = true;
    return k;
}
stored_certificate disabled(stored_certificate k) {
    k.cert.disabled = true;
    return k;
}
stored_certificate signing(stored_certificate k) {
    k.cert.subkeys.clear();
    return k;
}

std::string found(const found_key& answer) {
    return std::string(policy::name_of(answer.state)) +
           (answer.stored ? " " + answer.stored->cert.fingerprint.substr(0, 1) : "");
}

TEST(Lookup, OnlyTheWholeAddressMatches) {
    const key_index index({key('A', {"bob@example.org", "robert@example.org"})});
    EXPECT_EQ(found(index.find("bob@example.org", now)), "usable A");
    EXPECT_EQ(found(index.find("robert@example.org", now)), "usable A");
    for (const auto* other : {"ob@example.org", "bob@example.or", "bob", "example.org", "", "<bob@example.org>",
                              "bob@example.org ", "abob@example.org"})
        EXPECT_EQ(found(index.find(other, now)), "missing") << other;
}

TEST(Lookup, AUserIdThatEndsTakesItsAddressAlongAtThatTime) {
    auto two = key('A', {"left@y.z", "x@y.z"});
    two.cert.addresses_expire = {{"left@y.z", at(1500)}};
    two.cert.user_ids_expire = at(2000);
    const key_index index({two});
    EXPECT_EQ(found(index.find("left@y.z", at(1499))), "usable A");
    EXPECT_EQ(index.all_of("left@y.z", at(1499)).size(), 1u);
    EXPECT_EQ(found(index.find("left@y.z", at(1500))), "missing");
    EXPECT_EQ(index.all_of("left@y.z", at(1500)).size(), 0u) << "nor is it that address's key";
    EXPECT_EQ(found(index.find("x@y.z", at(1500))), "usable A");
    for (const auto* address : {"left@y.z", "x@y.z"}) // all have ended, and it is told as that
        EXPECT_EQ(found(index.find(address, at(2000))), "expired A");
}

TEST(Lookup, UsableComesBeforeNewer) {
    const key_index index({key('A', {"x@y.z"}, 100), expired(key('B', {"x@y.z"}, 300)), revoked(key('C', {"x@y.z"}, 400))});
    EXPECT_EQ(found(index.find("x@y.z", now)), "usable A");
}

TEST(Lookup, OfSeveralUsableTheNewest) {
    const key_index index({key('A', {"x@y.z"}, 100), key('B', {"x@y.z"}, 300), key('C', {"x@y.z"}, 200)});
    EXPECT_EQ(found(index.find("x@y.z", now)), "usable B");
}

TEST(Lookup, WithoutAUsableOneTheMostHopefulStateIsTold) {
    const auto a = key('A', {"x@y.z"});
    const auto b = key('B', {"x@y.z"});
    EXPECT_EQ(found(key_index({revoked(a), expired(b)}).find("x@y.z", now)), "expired B");
    EXPECT_EQ(found(key_index({disabled(a), revoked(b)}).find("x@y.z", now)), "revoked B");
    EXPECT_EQ(found(key_index({signing(a), disabled(b)}).find("x@y.z", now)), "disabled B");
    EXPECT_EQ(found(key_index({signing(a)}).find("x@y.z", now)), "not-for-encryption A");
}

TEST(Lookup, ExpiryIsJudgedAtTheTimeAsked) {
    const key_index index({expired(key('A', {"x@y.z"}))});
    EXPECT_EQ(found(index.find("x@y.z", at(899))), "usable A");
    EXPECT_EQ(found(index.find("x@y.z", at(900))), "expired A");
}

TEST(Lookup, AnswerDoesNotDependOnTheOrder) {
    const auto a = key('A', {"x@y.z"}), b = key('B', {"x@y.z"});
    EXPECT_EQ(found(key_index({a, b}).find("x@y.z", now)), found(key_index({b, a}).find("x@y.z", now)));
}

TEST(Lookup, WhatCannotBeReadLeavesADoubtAboutWhatIsNotUsable) {
    const auto in_doubt = [](const key_index& index, time_point time = now) { return index.find("x@y.z", time).in_doubt; };
    const std::vector<stored_certificate> nobody;
    EXPECT_FALSE(in_doubt(key_index()));
    EXPECT_TRUE(in_doubt(key_index(nobody, {.of_all = true})));
    EXPECT_TRUE(in_doubt(key_index(nobody, {.addresses = {"x@y.z"}})));
    EXPECT_FALSE(in_doubt(key_index(nobody, {.addresses = {"bob@y.z"}})));
    EXPECT_FALSE(in_doubt(key_index({key('A', {"x@y.z"})}, {.of_all = true})));
    EXPECT_TRUE(in_doubt(key_index({expired(key('A', {"x@y.z"}))}, {.of_all = true})));
    EXPECT_FALSE(in_doubt(key_index({expired(key('A', {"x@y.z"}))})));
}

TEST(Lookup, AClockThatIsBehindACertificateLeavesADoubt) {
    const key_index index({key('A', {"x@y.z"}, 100)});
    EXPECT_TRUE(index.find("x@y.z", at(99)).in_doubt);
    EXPECT_FALSE(index.find("x@y.z", at(100)).in_doubt);
    EXPECT_FALSE(index.find("bob@y.z", at(99)).in_doubt);
}

TEST(Lookup, AnEntryIsAnAddressOrAFingerprint) {
    const key_index index({key('A', {"org@example.org"}), disabled(key('B', {}))});
    EXPECT_EQ(found(index.find_entry(" ORG@Example.org ", now)), "usable A");
    EXPECT_EQ(found(index.find_entry(fingerprint('A'), now)), "usable A");
    EXPECT_EQ(found(index.find_entry("bbbb bbbb bbbb bbbb bbbb  bbbb bbbb bbbb bbbb bbbb", now)), "disabled B");
    EXPECT_EQ(found(index.find_entry("AAAAAAAAAAAAAAAA", now)), "missing");
    EXPECT_EQ(found(index.find_entry("", now)), "missing");
}

} // namespace
} // namespace sealgate::keys
