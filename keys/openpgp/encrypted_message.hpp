// Whether octets are an encrypted OpenPGP message (RFC 9580 section 10.3), and for whom: the only judge of it, of what we
// sealed and of what others send. Nobody without the key can tell ciphertext from noise. Pure and linear. Errors are one line
// for people. Tested by openpgp/packets_test.
#pragma once

#include "keys/openpgp/piecemeal_noise.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

// The key that a PKESK is for.
struct reader {
    std::string key_id;                         // 16 upper-case hex digits; all zero: hidden
    std::string fingerprint = {};               // where the packet names it
    std::uint8_t algorithm = 0;                 // RFC 9580 section 9.1
    std::size_t longest_session_key = SIZE_MAX; // octets, as far as the packet's length tells (keys/openpgp/session_key.hpp)
};

struct encrypted_message {
    std::vector<reader> readers;    // in order
    std::size_t passphrases = 0;    // SKESK packets: whoever knows one of these can read it too
    std::uint8_t seipd_version = 0; // 1 or 2; 0: an OCB packet
};

// The error where everything is in its place, but what should be ciphertext is text.
inline constexpr std::string_view readable_ciphertext = "its encrypted data can be read as they are";

// Errors that tell of encryption, and of one that protects nothing.
inline constexpr std::string_view without_integrity = "encrypted without integrity protection";
inline constexpr std::string_view to_nobody = "encrypted, but to nobody";

// An encrypted message with integrity, whole and alone: (PKESK | SKESK)+, then one SEIPD or OCB packet, then
// nothing; marker packets and one padding packet may stand before it. Session keys and data have to be of versions that go
// together and well-formed (keys/openpgp/session_key.hpp). The data have to look like ciphertext (keys/openpgp/noise.hpp), and
// so has what stands before them, together with what the mail held of it until here. Says what else it is where it is something
// else.
std::expected<encrypted_message, std::string> read_encrypted_message(std::string_view bytes, piecemeal_noise& of_mail);

// The same for a message that is alone.
std::expected<encrypted_message, std::string> read_encrypted_message(std::string_view bytes);

} // namespace sealgate::keys
