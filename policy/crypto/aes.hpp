// AES-256 in CFB mode, from libcrypto.
// Tested by keys/openpgp/key_of_zeros_test.
#pragma once

#include <string>
#include <string_view>

namespace sealgate {

// Without an initialisation vector, as OpenPGP has it (RFC 9580 section 5.13.1). The key has 32 octets.
std::string decipher_aes256_cfb(std::string_view key, std::string_view octets);

} // namespace sealgate
