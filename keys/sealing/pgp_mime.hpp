// The PGP/MIME envelope, RFC 3156 section 4: what of a message goes inside the encryption, and what is left
// outside.
//
// The Content-* fields move inside as they are, in their order, with the body unchanged: decryption gives the
// MIME entity back byte for byte. Outside remain the other fields, one MIME-Version and the Content-Type made
// here; signatures over the body that left (DKIM, ARC) go. Pure: the boundary is an argument, at most 70 characters of RFC
// 2046's `bchars`, one of which no line of armor has.
#pragma once

#include "policy/base/octets.hpp"
#include "policy/mail/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

// The plaintext: the fields that move inside, an empty line, the body. CRLF throughout the header.
octet_pieces inner_entity(const policy::message& mail);

// Whether a field of the original is a field of the sealed message too.
bool stays_outside(std::string_view field_name);

struct pgp_mime_envelope {
    std::string content_type; // the field's value, without a leading space
    octets body;              // 7 bit, CRLF
};

// Of binary OpenPGP data; its body comes into being in `room`.
pgp_mime_envelope make_envelope(std::string_view ciphertext, std::string_view boundary, const octet_room& room);

} // namespace sealgate::keys
