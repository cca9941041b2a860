// What stands in the two packets that carry a session key, read to the last octet: RFC 9580 section 5.1 (PKESK: for a key)
// and 5.3 (SKESK: for a passphrase), with LibrePGP's version 5 of the latter.
//
// Each value has the size that its algorithm gives it, and nothing follows. What a public-key algorithm that we do not
// know puts there has a least size only: new ones come. Whether it looks like ciphertext is for others to say
// (keys/openpgp/noise.hpp). Pure; a body is taken whole, so packets in partial lengths are refused before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::keys {

// RFC 9580 section 5.1.8: an all-zero key id names nobody.
inline constexpr std::string_view hidden_key_id = "0000000000000000";

struct pkesk_content {
    std::uint8_t version;    // 3 or 6
    std::string key_id;      // 16 upper-case hex digits; all zero: hidden
    std::string fingerprint; // the same way, where it is there
    std::string_view name;   // what of the two is there, as octets; empty: hidden
    std::uint8_t algorithm;  // RFC 9580 section 9.1
    std::string_view value;  // the session key, encrypted; points into the body
};

// Nothing where it does not follow the standard.
std::optional<pkesk_content> read_pkesk(std::string_view body);

// The octets that the session key has at most: what wraps it for a curve is hardly longer than the key. SIZE_MAX where
// nothing can be told: a number of RSA or Elgamal has one length for all.
std::size_t longest_session_key(const pkesk_content& of);

struct skesk_content {
    std::uint8_t version; // 4, 5 or 6
};

std::optional<skesk_content> read_skesk(std::string_view body);

// RFC 9580 section 9.3: whether a symmetric cipher has this number.
bool is_cipher(std::uint8_t number);

// The octets of the nonce of an AEAD algorithm, RFC 9580 section 9.6; nothing for one that does not exist.
std::optional<std::uint8_t> nonce_size(std::uint8_t aead);

} // namespace sealgate::keys
