// A certificate as its own packets say (RFC 9580 section 10.1), for what gpg here can't read: keys of version 6, X25519 and
// X448, and what comes after them.
//
// No signature is checked. Who holds the file may have put in another's user id or subkey; so nothing may be encrypted to what
// is read here. Whether a mail that came encrypted names one of its keys can be told (keys/protection/addressing.hpp), by the
// same trust with which an administrator imported the file. A revocation counts, though it is not proved either: that errs to
// the safe side. Pure.
#pragma once

#include "keys/certificates/certificate.hpp"
#include "keys/openpgp/signature.hpp"

#include <expected>
#include <string>
#include <string_view>

namespace sealgate::keys {

// Of a key packet's body, upper-case hex; empty for versions that have none here: up to 3, and those to come.
std::string fingerprint_of_key(std::string_view body);

// 16 digits: RFC 9580 section 5.5.4.
std::string_view key_id_of(std::string_view fingerprint);

// Whether the primary key or a subkey in a certificate has that fingerprint. Whoever made it may have put in another's subkey.
bool has_key(std::string_view certificate, std::string_view fingerprint);

// Whether the signature names the key of that fingerprint as its issuer.
bool is_made_by(const signature_facts& made, std::string_view fingerprint);

// One certificate, with `addressing_only` set; or why it is none.
std::expected<certificate, std::string> read_unproved_certificate(std::string_view binary);

// Two readings of one certificate as one that has all that either has: what is revoked in one is revoked.
std::string merge_unproved(std::string_view known, std::string_view fresh);

// One certificate without the signatures that others made on it, and without what this program does not know.
std::string without_foreign_signatures(std::string_view binary);

} // namespace sealgate::keys
