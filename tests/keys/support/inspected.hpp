// Mails to inspect, made of what programs write.
#pragma once

#include "keys/openpgp/armor.hpp"
#include "keys/protection/inspect.hpp"
#include "tests/keys/support/test_keyring.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sealgate::keys {

inline policy::message mail(const std::string& content_type, const std::string& body) {
    return {.fields = {{"Content-Type", " " + content_type}}, .body = body};
}

inline std::string multipart(const std::vector<std::string>& parts) {
    std::string out;
    for (const auto& part : parts) out += "--b\r\n" + part + "\r\n";
    return out + "--b--\r\n";
}

inline std::string part(const std::string& content_type, const std::string& body, const std::string& other_fields = {}) {
    return "Content-Type: " + content_type + "\r\n" + other_fields + "\r\n" + body;
}

inline const auto encrypted_type = std::string("multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=b");
inline const auto version = part("application/pgp-encrypted", "Version: 1\r\n");

// With ciphertexts that are real.
class Inspect : public testing::Test {
protected:
    static void SetUpTestSuite() {
        test::keyring people;
        const auto bob = people.make_key("Bob <bob@example.org>");
        key_id = people.last_key_id(bob);
        cipher = people.gpg_with_input("--encrypt -r " + bob, "Content-Type: text/plain\r\n\r\nthe price is 42\r\n");
        armored = armor_message(cipher);
        signed_only = people.gpg_with_input("--sign --armor", "the price is 42");
        stored = people.gpg_with_input("--store --armor", "the price is 42");
        passphrase =
            armor_message(people.gpg_with_input("--pinentry-mode loopback --passphrase x --symmetric", "the price is 42"));
        certificate = people.gpg("--armor --export " + bob);
        data = part("application/octet-stream; name=\"encrypted.asc\"", armored);
    }

    static policy::protection kind(const policy::message& m) { return inspect(m).kind; }

    static inline std::string key_id, cipher, armored, signed_only, stored, passphrase, certificate, data;
};

} // namespace sealgate::keys
