// Whether a message can be read by whoever tries a session key of zeros. librnp 0.18.0 made such messages (CVE-2025-13470), and
// no recipient can tell: they open as they should.
#pragma once

#include <string_view>

namespace sealgate::keys {

// Of a message with one SEIPD packet of version 1 (RFC 9580 section 5.13.1), which is deciphered with AES-256 and 32 octets of
// zero. Two blocks tell for nearly all messages; a whole one is looked at where these agree by chance. Others are not opened:
// false.
bool opens_with_key_of_zeros(std::string_view message);

} // namespace sealgate::keys
