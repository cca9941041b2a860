// A walk over OpenPGP packets, RFC 9580 section 4 and 10.3: what a message or a certificate file is made of.
//
// Reads old and new headers, partial and indeterminate lengths. Refuses lengths beyond the input, more
// packets than the limit, partial lengths where the standard forbids them. A walk proves form only: nobody
// without the key can tell ciphertext from noise. Pure, linear, and the only judge of OpenPGP bytes: of what
// we sealed and of what others send. Errors are one line for people. Ownership: views point into the bytes
// walked.
#pragma once

#include "keys/openpgp/piecemeal_noise.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

enum class packet_type : std::uint8_t { // RFC 9580 section 5; other numbers occur
    pkesk = 1,                          // public-key encrypted session key
    signature = 2,
    skesk = 3, // session key encrypted with a passphrase
    one_pass_signature = 4,
    secret_key = 5,
    public_key = 6,
    secret_subkey = 7,
    compressed = 8,
    sed = 9, // encrypted without integrity
    marker = 10,
    literal = 11,
    trust = 12,
    user_id = 13,
    public_subkey = 14,
    user_attribute = 17,
    seipd = 18, // encrypted with integrity
    ocb = 20,   // encrypted with integrity as GnuPG 2.4 and LibrePGP have it; not in RFC 9580
    padding = 21,
};

struct packet {
    packet_type type;
    std::string_view body;  // of a packet in partial lengths: its first chunk
    std::size_t size;       // of the whole body
    std::string_view whole; // header and body
};

inline constexpr std::size_t most_message_packets = 1000;
inline constexpr std::size_t most_certificate_packets = 200'000;

std::expected<std::vector<packet>, std::string> walk_packets(std::string_view bytes, std::size_t most_packets);

// The same for people who look at broken data: what could be read, and why no more; empty: it was all.
struct partial_walk {
    std::vector<packet> packets;
    std::string problem;
};
partial_walk walk_as_far_as_possible(std::string_view bytes, std::size_t most_packets);

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
