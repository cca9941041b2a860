// Ed25519 signatures (RFC 8032), from libcrypto. Keys as PEM (RFC 8410), as `openssl pkey` reads and writes
// them.
// Tested by proof/checkpoint_test.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate {

struct ed25519_public_key {
    std::array<unsigned char, 32> octets{};
    bool operator==(const ed25519_public_key&) const = default;
};

// Base64, 44 characters.
std::string to_text(const ed25519_public_key& key);
// Base64 as to_text() writes it, or PEM; white space around it is passed over.
std::optional<ed25519_public_key> parse_ed25519_public_key(std::string_view text);

class ed25519_key {
public:
    // `seed`: 32 octets that nobody can guess.
    explicit ed25519_key(const std::array<unsigned char, 32>& seed)
        : seed_(seed) {}
    static std::optional<ed25519_key> from_pem(std::string_view pem);

    std::string to_pem() const;
    ed25519_public_key public_key() const;
    std::string sign(std::string_view bytes) const; // 64 octets

private:
    std::array<unsigned char, 32> seed_;
};

bool verifies(const ed25519_public_key& key, std::string_view bytes, std::string_view signature);

} // namespace sealgate
