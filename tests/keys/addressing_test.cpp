#include "keys/addressing.hpp"

#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

using policy::addressed;

key_index bobs_keys() {
    stored_certificate bob;
    bob.cert.fingerprint = std::string(40, 'B');
    bob.cert.addresses = {"bob@x.org"};
    bob.cert.subkeys = {{.fingerprint = {}, .key_id = "1111111111111111", .created = {}, .expires = {}},
                        {.fingerprint = {}, .key_id = "2222222222222222", .created = {}, .expires = {}, .can_encrypt = true}};
    std::vector<stored_certificate> all{bob};
    return key_index(std::move(all));
}

addressed to_bob(std::vector<encrypted_message> messages) {
    return addressed_to({.kind = policy::protection::pgp_mime, .why = {}, .messages = std::move(messages)}, bobs_keys(), "bob@x.org");
}

TEST(Addressing, KeyIdsAreHeldAgainstTheRecipientsEncryptionKeys) {
    EXPECT_EQ(to_bob({{.key_ids = {"9999999999999999", "2222222222222222"}}}), addressed::yes);
    EXPECT_EQ(to_bob({{.key_ids = {"9999999999999999"}}}), addressed::no);
    EXPECT_EQ(to_bob({{.key_ids = {"1111111111111111"}}}), addressed::no) << "a signing key reads nothing";
}

TEST(Addressing, HiddenReadersAndPassphrasesCannotBeTold) {
    EXPECT_EQ(to_bob({{.key_ids = {"0000000000000000"}}}), addressed::unverifiable);
    EXPECT_EQ(to_bob({{.key_ids = {"9999999999999999"}, .passphrases = 1}}), addressed::unverifiable);
}

TEST(Addressing, EveryPartMustBeForTheRecipient) {
    const encrypted_message theirs{.key_ids = {"2222222222222222"}};
    const encrypted_message foreign{.key_ids = {"9999999999999999"}};
    const encrypted_message hidden{.key_ids = {"0000000000000000"}};
    EXPECT_EQ(to_bob({theirs, theirs}), addressed::yes);
    EXPECT_EQ(to_bob({theirs, foreign}), addressed::no);
    EXPECT_EQ(to_bob({hidden, foreign}), addressed::no);
    EXPECT_EQ(to_bob({theirs, hidden}), addressed::unverifiable);
}

TEST(Addressing, WithoutACertificateNothingCanBeTold) {
    const inspection seen{.kind = policy::protection::pgp_mime, .why = {}, .messages = {{.key_ids = {"2222222222222222"}}}};
    EXPECT_EQ(addressed_to(seen, bobs_keys(), "eve@x.org"), addressed::unverifiable);
    EXPECT_EQ(addressed_to({}, bobs_keys(), "bob@x.org"), addressed::unverifiable);
}

} // namespace
} // namespace sealgate::keys
