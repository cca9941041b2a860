// One leaf of a message: whether it is encrypted OpenPGP data, and nothing but that.
//
//   empty         nothing in it but white space, or HTML around nothing
//   version       the control part of PGP/MIME: application/pgp-encrypted that says "Version: 1" and no more
//   readable      anybody can read it, and it does not claim otherwise
//   clear_signed  readable text in an OpenPGP signature (RFC 9580 section 7)
//   encrypted     one encrypted message: armored, or binary under a type or name of OpenPGP
//   partial       an encrypted message with something readable beside it
//   fake          claims to be an encrypted message by its type, its name or a begin line, and is none
//
// Binary data count only as application/pgp-encrypted, application/pgp, or with a .pgp or .gpg name: some programs encrypt a
// file and leave it the type that it had. But what is called text is shown as text, whatever the file name says. An old type is
// no claim: what is no encrypted message is readable then, and with octet-stream and the like it is fake. Certificates and
// signatures of such a name are readable and claim nothing. Pure and linear; decodes the leaf once.
#pragma once

#include "keys/packets.hpp"
#include "policy/mime.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace sealgate::keys {

enum class leaf_kind : std::uint8_t { empty, version, readable, clear_signed, encrypted, partial, fake };

struct leaf_reading {
    leaf_kind kind = leaf_kind::readable;
    bool armored = false;
    std::string problem = {};                     // why data in it are not what they claim; one line for people
    std::vector<encrypted_message> messages = {}; // the encrypted messages in it, in order
};

// Leaves of a mail are shown in their order, with the mail's own piecemeal_noise.
leaf_reading read_leaf(const policy::mime_part& leaf, piecemeal_noise& of_mail);

// The OpenPGP data in a leaf, encrypted or not, one string a block: for people who want to see why.
std::vector<std::string> openpgp_data(const policy::mime_part& leaf);

} // namespace sealgate::keys
