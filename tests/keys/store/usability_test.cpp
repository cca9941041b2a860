// What a certificate's state says is what the sealer can do: of every odd certificate beside, and of curves that gpg makes.
#include "keys/certificates/key_file.hpp"
#include "keys/certificates/one_subkey.hpp"
#include "keys/openpgp/packets.hpp"
#include "keys/sealing/seal.hpp"
#include "keys/store/store.hpp"
#include "tests/keys/support/store_contents.hpp"
#include "tests/keys/support/test_keyring.hpp"

#include <gtest/gtest.h>

#include <map>

namespace sealgate::keys {
namespace {

using policy::key_state;

const std::filesystem::path odd_certificates = SEALGATE_CERTIFICATES;

time_point day(int year, unsigned month, unsigned number) {
    return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(number));
}

class Usability : public testing::Test {
protected:
    // As if it had been imported, which gpg refuses for some.
    store_contents stored(std::string_view file, policy::key_minimum least = {}) {
        const temporary_directory directory(std::filesystem::temp_directory_path());
        const store keys(directory.path(), {}, least);
        const auto read = read_key_file(file).value();
        for (const auto& one : read.certificates) replace_file(directory.path() / (one.fingerprint + ".pgp"), one.binary);
        return load(keys);
    }
    stored_certificate only(const std::string& name, policy::key_minimum least = {}) {
        auto contents = stored(read_file(odd_certificates / name), least);
        EXPECT_EQ(contents.certificates.size(), 1u) << name;
        return contents.certificates.empty() ? stored_certificate{} : contents.certificates.front();
    }
    std::string state_of(const std::string& name, policy::key_minimum least = {}) {
        return std::string(name_of(state_at(only(name, least).cert, now())));
    }

    // The key id that a mail was sealed to; else why not.
    std::string sealed_to(const stored_certificate& key) {
        if (encryption_subkey(key.cert, now()) == nullptr) return "no subkey";
        const auto to = recipient_for(key, now());
        const auto sealed = sealing.seal({"Subject: x\r\n\r\nsome text\r\n"}, {to});
        return sealed ? to.key_id : sealed.error().text;
    }

    // Of those that cannot be used, those that are not kept from it by time or by people: gpg cannot, either.
    void expect_truth(const std::string& name, std::string_view file, policy::key_minimum least) {
        for (const auto& key : stored(file, least).certificates) {
            const auto state = state_at(key.cert, now());
            if (state == key_state::usable) {
                EXPECT_EQ(sealed_to(key), encryption_subkey(key.cert, now())->key_id) << name;
            } else if (state == key_state::not_for_encryption) {
                for (const auto& one : key.cert.subkeys) EXPECT_FALSE(one.can_encrypt && can_seal_to(key, one)) << name;
            }
        }
    }

    bool can_seal_to(const stored_certificate& key, const subkey& one) {
        auto cut = std::make_shared<const std::string>(with_one_subkey(*key.binary, one.fingerprint));
        return sealing
            .seal({"x"}, {{.certificate = std::move(cut),
                           .fingerprint = key.cert.fingerprint,
                           .subkey = one.fingerprint,
                           .key_id = one.key_id}})
            .has_value();
    }

    const gpg_options options{
        .program = "/usr/bin/gpg", .scratch = std::filesystem::temp_directory_path(), .deadline = std::chrono::minutes(1)};
    sealer sealing{options};
};

TEST_F(Usability, IsWhatTheSealerCanDo) {
    std::size_t seen = 0;
    for (const auto& entry : std::filesystem::directory_iterator(odd_certificates)) {
        if (entry.path().extension() != ".pgp" && entry.path().extension() != ".asc") continue;
        for (const policy::key_minimum least : {policy::key_minimum{}, policy::key_minimum{.rsa = 0, .elgamal = 0}})
            expect_truth(entry.path().filename().string(), read_file(entry.path()), least);
        ++seen;
    }
    EXPECT_GT(seen, 30u);
}

TEST_F(Usability, OfTheCurvesThatGpgMakes) {
    test::keyring people;
    for (const std::string curve : {"brainpoolP256r1", "brainpoolP512r1", "secp256k1", "nistp384", "nistp521"}) {
        people.gpg("--quick-gen-key 'Curve <" + curve + "@example.org>' ed25519 sign never");
        const auto listing = people.gpg("--with-colons --list-keys '<" + curve + "@example.org>'");
        const auto fingerprint = listing.substr(listing.find("\nfpr:") + 13, 40);
        people.gpg("--quick-add-key " + fingerprint + " " + curve + " encr never");
        const auto contents = stored(people.export_certificate(fingerprint));
        ASSERT_EQ(contents.certificates.size(), 1u) << curve;
        EXPECT_EQ(state_at(contents.certificates.front().cert, now()), key_state::usable) << curve;
        EXPECT_EQ(sealed_to(contents.certificates.front()), people.last_key_id(fingerprint)) << curve;
    }
}

TEST_F(Usability, EachStateIsSaid) {
    const std::map<std::string, std::string> states{
        {"good.pgp", "usable"},
        {"of-1970.pgp", "usable"},
        {"two-of-a-day.pgp", "usable"},
        {"elgamal-2048.pgp", "usable"},
        {"rsa-encrypt-only.pgp", "usable"},
        {"no-prefs.asc", "usable"},
        {"sha1new.asc", "usable"},
        {"good-and-newer-unknown.pgp", "usable"},
        {"good-and-newer-weak.pgp", "usable"},
        {"user-id-ends.pgp", "usable"},
        {"rsa-512.pgp", "weak"},
        {"rsa-1023.pgp", "weak"},
        {"rsa-2047.pgp", "weak"},
        {"rsa1024.asc", "weak"},
        {"dsa-elg-1024.asc", "weak"},
        {"weak-and-newer-unknown.pgp", "weak"},
        {"unknown-curve.pgp", "not-for-encryption"},
        {"unknown-kdf.pgp", "not-for-encryption"},
        {"elgamal-sign-too.pgp", "not-for-encryption"},
        {"unknown-algorithm.pgp", "not-for-encryption"},
        {"expired-sub.asc", "expired"},
        {"renew-new.asc", "expired"},
        {"user-id-ended.pgp", "expired"},
    };
    for (const auto& [name, state] : states) EXPECT_EQ(state_of(name), state) << name;
}

TEST_F(Usability, APolicyMayTakeShorterKeys) {
    const policy::key_minimum low{.rsa = 1024, .elgamal = 1024};
    EXPECT_EQ(state_of("rsa1024.asc", low), "usable");
    EXPECT_EQ(state_of("dsa-elg-1024.asc", low), "usable");
    EXPECT_EQ(state_of("rsa-1023.pgp", low), "weak");
    EXPECT_EQ(state_of("dsa-elg-1024.asc", {.rsa = 1024, .elgamal = 2048}), "weak");
    EXPECT_EQ(state_of("rsa-2047.pgp", {.rsa = 4096, .elgamal = 0}), "weak");
    EXPECT_EQ(state_of("no-prefs.asc", {.rsa = 4096, .elgamal = 0}), "weak");
}

TEST_F(Usability, ABetterSubkeyIsUsedBesideOneThatIsNone) {
    for (const auto* name : {"good-and-newer-unknown.pgp", "good-and-newer-weak.pgp"}) {
        const auto key = only(name);
        EXPECT_EQ(sealed_to(key), key.cert.subkeys[1].key_id) << name;
    }
    const auto low = only("good-and-newer-weak.pgp", {.rsa = 1024, .elgamal = 2048});
    EXPECT_EQ(sealed_to(low), low.cert.subkeys[2].key_id);
}

TEST_F(Usability, TheEndIsTheSubkeysOrTheUserIdsWhereThatComesFirst) {
    EXPECT_EQ(end_of_use(only("good.pgp").cert, now()), std::nullopt);
    EXPECT_EQ(end_of_use(only("sub-expires-soon.asc").cert, now()), time_point(std::chrono::seconds(1796138467)));
    EXPECT_EQ(end_of_use(only("expired-sub.asc").cert, now()), day(2020, 12, 31));
    EXPECT_EQ(end_of_use(only("renew-new.asc").cert, now()), day(2020, 12, 31));
    EXPECT_EQ(end_of_use(only("user-id-ends.pgp").cert, now()), time_point(std::chrono::seconds(3280867200)));
    EXPECT_EQ(end_of_use(only("user-id-ended.pgp").cert, now()), day(2024, 1, 2));
    EXPECT_EQ(end_of_use(only("sq.asc").cert, now()), time_point(std::chrono::seconds(1890549559)));
}

TEST_F(Usability, AUserIdThatEndedTakesItsAddressAlong) {
    const auto one = only("one-user-id-ended.pgp").cert;
    EXPECT_EQ(addresses_at(one, now()), std::vector<std::string>{"one-user-id-ended@partner.example"});
    EXPECT_EQ(addresses_at(one, day(2024, 1, 2) - std::chrono::seconds(1)), one.addresses) << "until it ends";
    EXPECT_EQ(addresses_at(one, day(2024, 1, 2)), std::vector<std::string>{"one-user-id-ended@partner.example"});
    EXPECT_EQ(one.addresses.size(), 2u);
    EXPECT_EQ(addresses_at(only("user-id-ended.pgp").cert, now()), std::vector<std::string>{"user-id-ended@partner.example"});
}

TEST_F(Usability, WhatIsSignedForLaterIsReadAgainThen) {
    EXPECT_EQ(only("renewed-tomorrow.pgp").read_again, day(2099, 1, 1));
    EXPECT_EQ(only("of-2099.pgp").read_again, day(2099, 1, 1));
    EXPECT_EQ(only("one-user-id-ended.pgp").read_again, std::nullopt);
}

// It could never be used, and what is tried costs a run of gpg.
TEST_F(Usability, AKeyForAddressingAloneIsNotTried) {
    const temporary_directory directory(std::filesystem::temp_directory_path());
    const auto broken = directory.path() / "gpg";
    replace_file(broken,
                 "#!/bin/sh\nfor one in \"$@\"; do case $one in --encrypt*) echo '[GNUPG:] FAILURE x 28' >&2; exit 2;; "
                 "esac; done\nexec /usr/bin/gpg \"$@\"\n",
                 0700);
    const store keys(directory.path() / "keys", {.program = broken, .scratch = {}, .deadline = std::chrono::minutes(1)});
    const auto report = keys.import(read_file(std::filesystem::path(SEALGATE_KEY_FILES) / "js-v6-curve25519.asc"));
    ASSERT_TRUE(report);
    ASSERT_EQ(report->certificates.size(), 1u);
    EXPECT_TRUE(load(keys).certificates.at(0).cert.addressing_only);
}

TEST_F(Usability, Sha1IsSeenWhereItBindsSomething) {
    EXPECT_TRUE(only("sha1new.asc").cert.sha1);
    EXPECT_TRUE(only("sha1-binding.pgp").cert.sha1);
    EXPECT_FALSE(only("good.pgp").cert.sha1);
    EXPECT_FALSE(only("sq.asc").cert.sha1);
}

} // namespace
} // namespace sealgate::keys
