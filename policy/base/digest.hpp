// SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104), from libcrypto.
#pragma once

#include <string>
#include <string_view>

namespace sealgate {

// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

} // namespace sealgate
