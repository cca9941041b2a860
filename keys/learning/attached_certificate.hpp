// Certificates that are attached to a message: parts of type application/pgp-keys (RFC 3156 section 7), and files named *.asc
// with an armored public key block.
//
// Not looked into: messages in the message, whose authors are others, and parts that mail programs may read differently.
// Bounded: the first few such parts, most_attached_octets and most_attached_certificates. Pure; linear as parse_mime() is.
#pragma once

#include "keys/certificates/key_file.hpp"
#include "policy/mail/message.hpp"

#include <cstddef>
#include <vector>

namespace sealgate::keys {

inline constexpr std::size_t most_attached_octets = std::size_t{256} << 10; // of all parts, decoded
inline constexpr std::size_t most_attached_certificates = 10;

// In their order, whosever they are, with all that stands in them. None where there are more than that.
std::vector<certificate_piece> attached_certificates(const policy::message& mail);

} // namespace sealgate::keys
