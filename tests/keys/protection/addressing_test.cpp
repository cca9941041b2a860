// Whether an encrypted mail can be read by its recipient, by the key ids in it.
#include "keys/protection/addressing.hpp"
#include "tests/keys/support/key_index.hpp"

#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

using policy::addressed;

stored_certificate bobs_certificate() {
    stored_certificate bob;
    bob.cert.fingerprint = std::string(40, 'B');
    bob.cert.addresses = {"bob@x.org"};
    bob.cert.subkeys = {{.fingerprint = {}, .key_id = "1111111111111111", .created = {}, .expires = {}},
                        {.fingerprint = {}, .key_id = "2222222222222222", .created = {}, .expires = {}, .can_encrypt = true}};
    return bob;
}

key_index bobs_keys() { return key_index(std::vector<stored_certificate>{bobs_certificate()}); }

addressed addressed_to(const inspection& seen, const key_index& certificates, std::string_view address_key) {
    return readership(seen).addressed_to(certificates, address_key, {});
}

addressed to_bob(std::vector<encrypted_message> messages) {
    return addressed_to({.kind = policy::protection::pgp_mime, .why = {}, .messages = std::move(messages)}, bobs_keys(),
                        "bob@x.org");
}

TEST(Addressing, KeyIdsAreHeldAgainstTheRecipientsEncryptionKeys) {
    EXPECT_EQ(to_bob({{.readers = {{"9999999999999999"}, {"2222222222222222"}}}}), addressed::yes);
    EXPECT_EQ(to_bob({{.readers = {{"9999999999999999"}}}}), addressed::no);
    EXPECT_EQ(to_bob({{.readers = {{"1111111111111111"}}}}), addressed::no) << "a signing key reads nothing";
}

TEST(Addressing, AKeyReadsWhatIsEncryptedByItsOwnAlgorithm) {
    const auto of_key = [](std::uint8_t key, std::uint8_t message) {
        auto bob = bobs_certificate();
        bob.cert.subkeys[1].algorithm = key;
        const inspection seen{.kind = policy::protection::pgp_mime,
                              .why = {},
                              .messages = {{.readers = {{.key_id = "2222222222222222", .algorithm = message}}}}};
        return addressed_to(seen, key_index(std::vector<stored_certificate>{bob}), "bob@x.org");
    };
    EXPECT_EQ(of_key(18, 18), addressed::yes);
    EXPECT_EQ(of_key(1, 2), addressed::yes) << "both are RSA";
    EXPECT_EQ(of_key(18, 1), addressed::no);
    EXPECT_EQ(of_key(1, 99), addressed::no);
}

TEST(Addressing, AFingerprintCountsAsAWhole) {
    auto bob = bobs_certificate();
    bob.cert.subkeys[1].fingerprint = std::string(24, 'A') + "2222222222222222";
    const key_index keys(std::vector<stored_certificate>{bob});
    const auto named = [&](const std::string& fingerprint) {
        const inspection seen{.kind = policy::protection::pgp_mime,
                              .why = {},
                              .messages = {{.readers = {{.key_id = "2222222222222222", .fingerprint = fingerprint}}}}};
        return addressed_to(seen, keys, "bob@x.org");
    };
    EXPECT_EQ(named(""), addressed::yes) << "the key id alone";
    EXPECT_EQ(named(bob.cert.subkeys[1].fingerprint), addressed::yes);
    EXPECT_EQ(named(std::string(24, 'F') + "2222222222222222"), addressed::no);
    EXPECT_EQ(named("2222222222222222" + std::string(48, 'F')), addressed::no) << "of version 6";
}

TEST(Addressing, HiddenReadersAndPassphrasesCannotBeTold) {
    EXPECT_EQ(to_bob({{.readers = {{"0000000000000000"}}}}), addressed::unverifiable);
    EXPECT_EQ(to_bob({{.readers = {{"9999999999999999"}}, .passphrases = 1}}), addressed::unverifiable);
}

TEST(Addressing, APassphraseAloneNamesNobody) {
    const encrypted_message theirs{.readers = {{"2222222222222222"}}};
    const encrypted_message to_a_passphrase{.readers = {}, .passphrases = 1};
    const encrypted_message foreign{.readers = {{"9999999999999999"}}};
    EXPECT_EQ(to_bob({to_a_passphrase}), addressed::passphrase);
    EXPECT_EQ(to_bob({theirs, to_a_passphrase}), addressed::passphrase);
    EXPECT_EQ(to_bob({to_a_passphrase, foreign}), addressed::no);
}

TEST(Addressing, KeysOfNoPartyAreForeign) {
    const auto foreign = [](std::vector<encrypted_message> messages) {
        const inspection seen{.kind = policy::protection::pgp_mime, .why = {}, .messages = std::move(messages)};
        return foreign_key_ids(seen, bobs_keys(), {"ann@x.org", "bob@x.org"}, {});
    };
    EXPECT_EQ(foreign({{.readers = {{"2222222222222222"}, {"0000000000000000"}}}}), std::vector<std::string>{});
    EXPECT_EQ(foreign({{.readers = {{"9999999999999999"}, {"2222222222222222"}}}, {.readers = {{"9999999999999999"}, {"88"}}}}),
              (std::vector<std::string>{"88", "9999999999999999"}));
    std::vector<reader> many;
    for (int i = 1000; i < 1200; ++i) many.push_back({std::to_string(i)});
    EXPECT_EQ(foreign({{.readers = many}}).size(), most_foreign_keys);
}

TEST(Addressing, EveryPartMustBeForTheRecipient) {
    const encrypted_message theirs{.readers = {{"2222222222222222"}}};
    const encrypted_message foreign{.readers = {{"9999999999999999"}}};
    const encrypted_message hidden{.readers = {{"0000000000000000"}}};
    EXPECT_EQ(to_bob({theirs, theirs}), addressed::yes);
    EXPECT_EQ(to_bob({theirs, foreign}), addressed::no);
    EXPECT_EQ(to_bob({hidden, foreign}), addressed::no);
    EXPECT_EQ(to_bob({theirs, hidden}), addressed::unverifiable);
}

TEST(Addressing, WithdrawnKeysDoNotCountAndExpiredOnesDo) {
    const std::vector<encrypted_message> to_the_key{{.readers = {{"2222222222222222"}}}};
    const auto judge = [&](void (*change)(certificate&)) {
        stored_certificate bob = bobs_certificate();
        change(bob.cert);
        const key_index keys(std::vector<stored_certificate>{bob});
        return addressed_to({.kind = policy::protection::pgp_mime, .why = {}, .messages = to_the_key}, keys, "bob@x.org");
    };
    EXPECT_EQ(judge([](certificate& c) { c.expires = c.subkeys[1].expires = time_point{}; }), addressed::yes);
    EXPECT_EQ(judge([](certificate& c) { c.revoked = true; }), addressed::no);
    EXPECT_EQ(judge([](certificate& c) { c.disabled = true; }), addressed::no);
    EXPECT_EQ(judge([](certificate& c) { c.invalid = true; }), addressed::no);
    EXPECT_EQ(judge([](certificate& c) { c.subkeys[1].revoked = true; }), addressed::no);
    EXPECT_EQ(judge([](certificate& c) { c.subkeys[1].algorithm = 18, c.subkeys[1].invalid = true; }), addressed::no);
    EXPECT_EQ(judge([](certificate& c) { c.subkeys.pop_back(); }), addressed::unverifiable) << "no key is known";
}

TEST(Addressing, OfAKeyThatGpgDoesNotKnowNothingCanBeTold) {
    constexpr std::uint8_t ml_kem = 35;
    const auto judge = [&](const std::string& key_id, void (*change)(certificate&)) {
        stored_certificate bob = bobs_certificate();
        bob.cert.subkeys[1].algorithm = 18;
        bob.cert.subkeys.push_back({.fingerprint = {},
                                    .key_id = "3333333333333333",
                                    .algorithm = ml_kem,
                                    .created = {},
                                    .expires = {},
                                    .can_encrypt = true,
                                    .invalid = true,
                                    .known_algorithm = false});
        change(bob.cert);
        const inspection seen{.kind = policy::protection::pgp_mime,
                              .why = {},
                              .messages = {{.readers = {{.key_id = key_id, .algorithm = ml_kem}}}}};
        return addressed_to(seen, key_index(std::vector<stored_certificate>{bob}), "bob@x.org");
    };
    const auto as_it_is = [](certificate&) {};
    EXPECT_EQ(judge("3333333333333333", as_it_is), addressed::unverifiable);
    EXPECT_EQ(judge("9999999999999999", as_it_is), addressed::no) << "his other key is known, and is not named";
    EXPECT_EQ(judge("3333333333333333", [](certificate& c) { c.subkeys[2].revoked = true; }), addressed::no);
    EXPECT_EQ(judge("3333333333333333", [](certificate& c) { c.revoked = true; }), addressed::no);
    EXPECT_EQ(judge("9999999999999999", [](certificate& c) { c.subkeys.erase(c.subkeys.begin() + 1); }), addressed::no)
        << "neither that one";
}

TEST(Addressing, WithoutACertificateNothingCanBeTold) {
    const inspection seen{.kind = policy::protection::pgp_mime, .why = {}, .messages = {{.readers = {{"2222222222222222"}}}}};
    EXPECT_EQ(addressed_to(seen, bobs_keys(), "eve@x.org"), addressed::unverifiable);
    EXPECT_EQ(addressed_to({}, bobs_keys(), "bob@x.org"), addressed::unverifiable);
}

} // namespace
} // namespace sealgate::keys
