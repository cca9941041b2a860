// One leaf of a message: whether it is encrypted OpenPGP data, and nothing but that.
//
//   empty         nothing in it but white space, or HTML around nothing
//   version       the control part of PGP/MIME: application/pgp-encrypted that says "Version: 1", or nothing, and no more
//   readable      anybody can read it, and it does not claim otherwise
//   clear_signed  readable text in an OpenPGP signature (RFC 9580 section 7)
//   encrypted     one encrypted message: armored, or binary under a type or name of OpenPGP; in a text also several armored
//                 ones, with white space alone between them
//   copy          HTML that shows the armor of a text before it once more, and says nothing else
//   partial       an encrypted message with something readable beside it
//   fake          claims to be an encrypted message by its type, its name or a begin line, and is none
//
// Binary data count only as application/pgp-encrypted, application/pgp, or with a .pgp or .gpg name: some programs encrypt a
// file and leave it the type that it had. But what is called text is shown as text, whatever the file name says. An old type is
// no claim: what is no encrypted message is readable then, and with octet-stream and the like it is fake. Certificates and
// signatures of such a name, armored or binary, are readable and claim nothing. Pure and linear; decodes the leaf once.
// Tested by protection/inspect_test and cases_test.
#pragma once

#include "keys/openpgp/encrypted_message.hpp"
#include "keys/protection/plain_html.hpp"
#include "policy/mail/mime.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace sealgate::keys {

enum class leaf_kind : std::uint8_t { empty, version, readable, clear_signed, encrypted, copy, partial, fake };

struct leaf_reading {
    leaf_kind kind = leaf_kind::readable;
    bool armored = false;
    std::string problem = {};                     // why data in it are not what they claim; one line for people
    std::vector<encrypted_message> messages = {}; // the encrypted messages in it, in order
};

// One for each mail, whose leaves are shown to it in their order.
class leaf_reader {
public:
    leaf_reading read(const policy::mime_part& leaf);

private:
    leaf_reading read_content(const policy::mime_part& leaf, std::string_view content);
    std::optional<leaf_kind> kind_of_html(std::string_view content);

    piecemeal_noise noise_;
    plain_html html_;
    // Of those that are encrypted and have no copy yet: hashes, without white space.
    std::unordered_set<std::string> armored_texts_;
};

// The OpenPGP data in a leaf, encrypted or not, one string a block: for people who want to see why.
std::vector<std::string> openpgp_data(const policy::mime_part& leaf);

} // namespace sealgate::keys
