// What protection a message brings: really encrypted, or only said to be. RFC 3156, RFC 9580, RFC 8551.
//
// Judged by structure and packets, never by a content type alone, and strictly: where two mail programs could
// disagree, or where something readable stands beside the encrypted, the answer is not "encrypted". It proves
// form, not honesty: nobody without the key can tell ciphertext from noise.
//
//   pgp_mime     multipart/encrypted exactly as RFC 3156 section 4 has it, or the same two parts in the
//                multipart/mixed that Exchange and iPGMail make of it
//   pgp_inline   every leaf with something in it is one encrypted OpenPGP message (keys/protection/leaf.hpp)
//   pgp_partial  something is encrypted, and something is readable beside it
//   pgp_fake     says it is encrypted, and nothing is, or nothing in a way that protects it
//   pgp_signed   multipart/signed with an OpenPGP signature
//   smime        application/pkcs7-mime that holds EnvelopedData or AuthEnvelopedData
//
// Readable is also what stands in a part's header beyond a few short MIME fields, and in armor headers beyond
// the usual ones. File names and descriptions are not counted: every form but PGP/MIME shows them. Nor is the header of
// the mail itself, which is readable in any case.
//
// Pure and linear; never fails. A message without a trace of encryption is not parsed at all. Armor hidden
// from that scan by odd spelling makes the message `none`: clear, and so it is encrypted once more. That is the
// safe side.
#pragma once

#include "keys/openpgp/encrypted_message.hpp"
#include "policy/mail/message.hpp"
#include "policy/rules/vocabulary.hpp"

#include <string>
#include <vector>

namespace sealgate::keys {

struct inspection {
    policy::protection kind = policy::protection::none;
    std::string why = {};                         // one line for people
    std::vector<encrypted_message> messages = {}; // every encrypted OpenPGP message in it, in order
    bool too_complex = false; // nested beyond what is read; kind is none. Matters only where protection does.
};

inspection inspect(const policy::message& mail);

} // namespace sealgate::keys
