// A walk over OpenPGP packets, RFC 9580 section 4 and 10.3: what a message or a certificate file is made of.
//
// Reads old and new headers, partial and indeterminate lengths. Refuses lengths beyond the input, more
// packets than the limit, partial lengths where the standard forbids them. A walk proves form only. Pure and linear. Errors are
// one line for people. Ownership: views point into the bytes walked.
#pragma once

#include "policy/base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
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

inline bool is_secret(packet_type type) { return type == packet_type::secret_key || type == packet_type::secret_subkey; }

struct packet {
    packet_type type;
    std::string_view body;  // of a packet in partial lengths: its first chunk
    std::size_t size;       // of the whole body
    std::string_view whole; // header and body
};

// The next one.
std::expected<packet, std::string> read_packet(bytes::cursor& in);
// The chunks of one that has been walked, in their order.
void for_each_chunk(const packet& of, const std::function<void(std::string_view)>& see);

inline constexpr std::size_t most_message_packets = 20'000; // one for each key that it is sealed to
inline constexpr std::size_t most_certificate_packets = 200'000;

std::expected<std::vector<packet>, std::string> walk_packets(std::string_view bytes, std::size_t most_packets);

// The same for people who look at broken data: what could be read, and why no more; empty: it was all.
struct partial_walk {
    std::vector<packet> packets;
    std::string problem;
};
partial_walk walk_as_far_as_possible(std::string_view bytes, std::size_t most_packets);

} // namespace sealgate::keys
