// What is written of a certificate is read as the same, and what was not written so is not read.
#include "keys/certificates/written_certificate.hpp"

#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

time_point at(int seconds) { return time_point(std::chrono::seconds(seconds)); }

certificate one_with_everything() {
    certificate out;
    out.fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567";
    out.user_ids = {"Ann \"the\" Müller <ann@example.org>", std::string("a\0b", 3)};
    out.addresses = {"ann@example.org", "second@example.org"};
    out.created = at(1);
    out.expires = at(2);
    out.user_ids_expire = at(3);
    out.addresses_expire = {{"second@example.org", at(-4)}};
    out.revoked = out.sha1 = true;
    out.subkeys = {{.fingerprint = "A",
                    .key_id = "B",
                    .algorithm = 18,
                    .bits = 4096,
                    .created = at(5),
                    .expires = at(6),
                    .can_encrypt = true},
                   {.fingerprint = "C",
                    .key_id = "D",
                    .created = at(7),
                    .expires = {},
                    .revoked = true,
                    .invalid = true,
                    .weak = true,
                    .refused = true,
                    .known_algorithm = false}};
    return out;
}

TEST(WrittenCertificate, ComesBackWhole) {
    auto cert = one_with_everything();
    EXPECT_EQ(certificate_in_json(as_json(cert)), cert);
    cert.disabled = cert.invalid = cert.addressing_only = true;
    cert.expires = cert.user_ids_expire = std::nullopt;
    EXPECT_EQ(certificate_in_json(as_json(cert)), cert);
    EXPECT_EQ(certificate_in_json(as_json(certificate{})), certificate{});
}

TEST(WrittenCertificate, EachMemberIsNeeded) {
    const auto whole = as_json(one_with_everything());
    for (std::size_t at = whole.find("\":"); at != std::string::npos; at = whole.find("\":", at + 1)) {
        auto without = whole;
        without[at - 1] = without[at - 1] == 'x' ? 'y' : 'x';
        if (whole.substr(0, at).ends_with("second@example.org")) continue; // a name of our own choice
        EXPECT_EQ(certificate_in_json(without), std::nullopt) << without;
    }
}

TEST(WrittenCertificate, WhatIsCutShortOrOfAnotherTypeIsNotRead) {
    const auto whole = as_json(one_with_everything());
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_EQ(certificate_in_json(whole.substr(0, size)), std::nullopt);
    for (const auto* json : {"[]", "1", "{}", "{\"fingerprint\":1}", "null"})
        EXPECT_EQ(certificate_in_json(json), std::nullopt) << json;
    auto large = whole;
    large.replace(large.find("\"algorithm\":18"), 14, "\"algorithm\":999");
    EXPECT_EQ(certificate_in_json(large), std::nullopt);
}

} // namespace
} // namespace sealgate::keys
