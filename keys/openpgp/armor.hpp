// ASCII armor, RFC 9580 section 6: binary OpenPGP data as lines of text, and back.
//
// Written: 64 columns, CRLF, no armor headers. The CRC-24 is written although RFC 9580 advises against it:
// GnuPG 2.2 and older clients warn without it. It is not checked on reading; OpenPGP data carry better proof
// of their own. Read: strictly. A block with anything in it that a tolerant reader would skip is no block.
// Linear.
#pragma once

#include "policy/base/octets.hpp"

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

// "-----BEGIN PGP MESSAGE-----", the data, the end line.
void append_armored(octet_writer& out, std::string_view binary);
std::size_t armored_size(std::size_t binary); // octets of that
std::string armor_message(std::string_view binary);

// Three octets. RFC 9580 section 6.1.
std::string crc24(std::string_view data);

struct armor_block {
    std::string label; // "PGP MESSAGE"
    std::string data;
    std::string_view digits; // its base64 as it stands; points into the text
};

struct armor_reading {
    std::vector<armor_block> blocks;
    bool other_text = false; // something outside the blocks, armor headers that could carry text, or a begin
                             // line without a good block behind it
};

// All armor in a text. A begin line counts at the beginning of a line. No-break spaces are white space around it.
armor_reading read_armor(std::string_view text);

// The data of a text that is one PGP MESSAGE with white space around it. The error is one line for people.
std::expected<std::string, std::string> read_armored_message(std::string_view text);

// Whether some line begins with "-----BEGIN PGP MESSAGE", however broken what follows.
bool announces_message(std::string_view text);

} // namespace sealgate::keys
