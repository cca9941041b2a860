// A mail without a trace of encryption is known at once, and none with one is missed.
#include "keys/protection/prescan.hpp"

#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

constexpr const char* traces[] = {"multipart/encrypted",
                                  "pkcs7-mime",
                                  "BEGIN PGP",
                                  "application/pgp",
                                  "x.pgp",
                                  "x.GPG",
                                  ".asc",
                                  "begin=20PGP",
                                  "LS0tLS1CRUdJTiBQR1AgTUVTU0FHRS0tLS0t",
                                  "Ci0tLS0tQkVHSU4gUEdQIE1FU1NBR0UtLS0tLQ==",
                                  "DQotLS0tLUJFR0lOIFBHUCBNRVNTQUdFLS0tLS0="};

TEST(EncryptionTrace, IsFoundWhereverItStands) {
    for (const std::string trace : traces)
        for (std::size_t before = 0; before < 200; ++before)
            for (const std::size_t behind : {0u, 1u, 3u, 64u, 100u}) {
                const auto body = std::string(before, 'p') + trace + std::string(behind, 'g');
                EXPECT_TRUE(has_encryption_trace({.fields = {}, .body = body})) << trace << " at " << before;
            }
}

TEST(EncryptionTrace, IsFoundInFieldsAboutTheBodyOnly) {
    EXPECT_TRUE(has_encryption_trace({.fields = {{"Content-Type", " MULTIPART/Encrypted"}}, .body = {}}));
    EXPECT_FALSE(has_encryption_trace({.fields = {{"Subject", " about application/pgp"}}, .body = {}}));
}

TEST(EncryptionTrace, OrdinaryMailHasNone) {
    std::string body;
    for (int i = 0; i < 1000; ++i) body += "the pgpg encrypted pkcs7 mime asc pg .as begin-pgp multipart/ encrypted\r\n";
    EXPECT_FALSE(has_encryption_trace({.fields = {{"Content-Type", " text/plain"}}, .body = body}));
    EXPECT_FALSE(has_encryption_trace({}));
}

} // namespace
} // namespace sealgate::keys
