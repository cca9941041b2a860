// AES-256 from libcrypto: in CFB mode, and in Galois/Counter Mode (NIST SP 800-38D), which tells what was changed.
// Tested by keys/openpgp/key_of_zeros_test and crypto/aes_test.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate {

// Without an initialisation vector, as OpenPGP has it (RFC 9580 section 5.13.1). The key has 32 octets.
std::string decipher_aes256_cfb(std::string_view key, std::string_view octets);

using gcm_nonce = std::array<unsigned char, 12>;

// Ciphertext, and 16 octets of authentication behind it. A nonce is used once with a key, which has 32 octets. `associated` is
// not in it, and has to be the same when it is opened.
std::string seal_aes256_gcm(std::string_view key, const gcm_nonce& nonce, std::string_view associated, std::string_view octets);
// Nothing where it is not what was sealed with these.
std::optional<std::string> open_aes256_gcm(std::string_view key, const gcm_nonce& nonce, std::string_view associated,
                                           std::string_view sealed);

} // namespace sealgate
