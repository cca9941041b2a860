// Sealing in process: what librnp makes opens with gpg, goes to the keys asked for and to no other, and says nothing of them.
#include "keys/openpgp/encrypted_message.hpp"
#include "keys/rnp/engine.hpp"
#include "keys/rnp/throw_away_key.hpp"
#include "tests/keys/support/test_keyring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

namespace sealgate::keys {
namespace {

using test::keyring;

class RnpEngine : public testing::Test {
protected:
    static void SetUpTestSuite() {
        prepare_librnp();
        people.emplace();
        ann = people->make_key("Ann <ann@example.org>");
        bob = people->make_key("Bob <bob@example.org>");
        sign_only = people->make_sign_only_key("Sig <sig@example.org>");
    }
    static void TearDownTestSuite() { people.reset(); }

    struct person {
        std::string certificate, subkey;
        rnp_recipient recipient() const { return {.certificate = certificate, .subkey = subkey}; }
    };
    static person known(const std::string& fingerprint) {
        return {.certificate = people->export_certificate(fingerprint), .subkey = people->last_subkey(fingerprint)};
    }

    static inline std::optional<keyring> people;
    static inline std::string ann, bob, sign_only;
    rnp_engine engine;
    const std::string text = "Content-Type: text/plain\r\n\r\nthe price is 42\r\n";
};

TEST_F(RnpEngine, WhatItSealsComesBackByteForByte) {
    std::string octets;
    for (int i = 0; i < 300'000; ++i) octets += static_cast<char>(i * 7 % 256);
    const auto to_ann = known(ann), to_bob = known(bob);
    for (const auto& one : {text, std::string("x"), octets}) {
        const auto sealed = engine.encrypt({one}, {to_ann.recipient(), to_bob.recipient()});
        ASSERT_TRUE(sealed) << sealed.error();
        EXPECT_EQ(people->decrypt(*sealed), one);
    }
}

TEST_F(RnpEngine, NamesTheKeysAndUsesAes256WithIntegrity) {
    const auto to_ann = known(ann), to_bob = known(bob);
    const auto sealed = engine.encrypt({text}, {to_ann.recipient(), to_bob.recipient()});
    ASSERT_TRUE(sealed) << sealed.error();
    const auto message = read_encrypted_message(*sealed);
    ASSERT_TRUE(message) << message.error();
    ASSERT_EQ(message->readers.size(), 2u);
    EXPECT_EQ(message->readers[0].key_id, people->last_key_id(ann));
    EXPECT_EQ(message->readers[1].key_id, people->last_key_id(bob));
    EXPECT_EQ(message->seipd_version, 1);
    EXPECT_NE(people->gpg_with_input("--status-fd 1 --decrypt", *sealed).find("DECRYPTION_INFO 2 9"), std::string::npos);
}

TEST_F(RnpEngine, LengthTellsNothingOfTheContent) {
    const auto to_ann = known(ann);
    std::string mixed;
    for (std::uint32_t i = 1, x = 1; i <= 100'000; ++i) x = x * 1664525 + 1013904223, mixed += static_cast<char>(x >> 24);
    const auto zeros = engine.encrypt({std::string(100'000, '0')}, {to_ann.recipient()});
    const auto noise = engine.encrypt({mixed}, {to_ann.recipient()});
    ASSERT_TRUE(zeros && noise);
    EXPECT_EQ(zeros->size(), noise->size());
}

TEST_F(RnpEngine, OneRecipientThatCannotBeUsedMakesAnErrorAndTheNextMessageGoes) {
    const auto to_ann = known(ann);
    auto signer = known(sign_only);
    const auto primary = person{.certificate = signer.certificate, .subkey = sign_only};
    const auto foreign = person{.certificate = to_ann.certificate, .subkey = people->last_subkey(bob)};
    const auto garbage = person{.certificate = "\x99\x01\x0D\x04", .subkey = to_ann.subkey};
    const auto nothing = person{.certificate = "", .subkey = to_ann.subkey};
    const auto unnamed = person{.certificate = to_ann.certificate, .subkey = "0000000000000000"};
    for (const auto* bad : {&primary, &foreign, &garbage, &nothing, &unnamed}) {
        EXPECT_FALSE(engine.encrypt({text}, {to_ann.recipient(), bad->recipient()})) << bad->subkey;
        EXPECT_FALSE(engine.encrypt({text}, {bad->recipient()})) << bad->subkey;
    }
    EXPECT_TRUE(engine.encrypt({text}, {to_ann.recipient()}));
}

TEST_F(RnpEngine, RevokedCertificateIsRefusedThoughItWasKnownBefore) {
    const auto eve = people->make_key("Eve <eve@example.org>");
    const auto before = known(eve);
    ASSERT_TRUE(engine.encrypt({text}, {before.recipient()}));
    people->revoke(eve);
    EXPECT_FALSE(engine.encrypt({text}, {known(eve).recipient()}));
}

// librnp itself goes on with a key that it has read.
TEST_F(RnpEngine, KeyThatEndsWhileItIsKnownIsRefused) {
    people->gpg("--quick-gen-key 'Fay <fay@example.org>' ed25519 cert 1y");
    const auto listed = people->gpg("--with-colons --list-keys fay@example.org");
    const auto at = listed.find("fpr:::::::::") + 12;
    const auto fay = listed.substr(at, 40);
    people->gpg("--quick-add-key " + fay + " cv25519 encr seconds=4");
    const auto brief = known(fay);
    const auto sealed = engine.encrypt({text}, {brief.recipient()});
    ASSERT_TRUE(sealed) << sealed.error();
    std::this_thread::sleep_for(std::chrono::seconds(5));
    const auto late = engine.encrypt({text}, {brief.recipient()});
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error(), "librnp finds its encryption subkey at its end");
}

TEST_F(RnpEngine, MoreCertificatesThanItKeepsAreSealedToAllTheSame) {
    std::vector<throw_away_key> keys;
    for (int i = 0; i < 300; ++i) keys.push_back(*make_throw_away_key());
    std::vector<rnp_recipient> all;
    for (const auto& one : keys) all.push_back({.certificate = one.certificate, .subkey = one.subkey});
    for (int turn = 0; turn < 2; ++turn) {
        const auto sealed = engine.encrypt({text}, all);
        ASSERT_TRUE(sealed) << sealed.error();
        EXPECT_EQ(read_encrypted_message(*sealed)->readers.size(), keys.size());
    }
    for (const auto& one : all) ASSERT_TRUE(engine.encrypt({text}, {one}));
}

TEST_F(RnpEngine, ItsLogStaysOutOfOurs) {
    testing::internal::CaptureStderr();
    std::fprintf(stderr, "ours before\n");
    EXPECT_FALSE(engine.encrypt({text}, {{.certificate = "\x99\x01\x0D\x04", .subkey = std::string(40, 'A')}}));
    std::fprintf(stderr, "ours [behind] it\n");
    std::fflush(stderr);
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "ours before\nours [behind] it\n");
}

TEST_F(RnpEngine, ThrowAwayKeyIsWhatItSays) {
    const auto key = make_throw_away_key();
    ASSERT_TRUE(key) << key.error();
    EXPECT_EQ(key->subkey.size(), 40u);
    EXPECT_TRUE(key->subkey.ends_with(key->key_id));
    const auto sealed = engine.encrypt({text}, {{.certificate = key->certificate, .subkey = key->subkey}});
    ASSERT_TRUE(sealed) << sealed.error();
    people->gpg_with_input("--import", key->secret);
    EXPECT_EQ(people->decrypt(*sealed), text);
    EXPECT_NE(make_throw_away_key()->fingerprint, key->fingerprint);
}

} // namespace
} // namespace sealgate::keys
