// SHA-256 (FIPS 180-4), HMAC-SHA-256 (RFC 2104) and SHA-1, from libcrypto.
// Tested by base/text_test.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate {

std::array<std::uint8_t, 32> sha256_of(std::string_view bytes);
std::array<std::uint8_t, 32> hmac_sha256(std::string_view key, std::string_view bytes);

// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

// It names OpenPGP keys of version 4 (RFC 9580 section 5.5.4.2) and files of a Web Key Directory, and proves nothing.
std::array<std::uint8_t, 20> sha1_of(std::string_view bytes);
std::string sha1_hex(std::string_view bytes); // 40 of them

} // namespace sealgate
