#include "keys/openpgp/armor.hpp"

#include "keys/openpgp/armor_header.hpp"
#include "policy/base/base64.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr std::size_t columns = 64;
constexpr std::string_view begin_message = "-----BEGIN PGP MESSAGE-----\r\n\r\n", end_message = "-----END PGP MESSAGE-----\r\n";
constexpr std::size_t checksum_size = 7; // octets of its line

constexpr std::size_t most_usual_headers = 3; // more together could carry text
constexpr std::size_t most_headers = 50;      // of a block; certificates have a comment for each user id

// RFC 9580 section 6.1.1, in the upper octets of a word. Eight octets at a time, since one after the other they would take
// longer than their encryption: table n has what an octet does that n others follow.
constexpr std::size_t octets_at_a_time = 8;
constexpr auto crc24_tables = [] {
    std::array<std::array<std::uint32_t, 256>, octets_at_a_time> tables{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        auto crc = i << 24;
        for (int bit = 0; bit < 8; ++bit) crc = crc << 1 ^ ((crc & 0x80000000u) != 0 ? 0x864CFB00u : 0u);
        tables[0][i] = crc;
    }
    for (std::size_t n = 1; n < tables.size(); ++n)
        for (std::size_t i = 0; i < 256; ++i) tables[n][i] = tables[n - 1][i] << 8 ^ tables[0][tables[n - 1][i] >> 24];
    return tables;
}();

std::uint32_t crc24_of_all(std::string_view data) {
    std::uint32_t crc = 0xB704CE00;
    const auto octet = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(data[i])); };
    for (; data.size() >= octets_at_a_time; data.remove_prefix(octets_at_a_time)) {
        const auto first = crc ^ (octet(0) << 24 | octet(1) << 16 | octet(2) << 8 | octet(3));
        const auto& t = crc24_tables;
        crc = t[7][first >> 24] ^ t[6][first >> 16 & 0xFF] ^ t[5][first >> 8 & 0xFF] ^ t[4][first & 0xFF] ^ t[3][octet(4)] ^
              t[2][octet(5)] ^ t[1][octet(6)] ^ t[0][octet(7)];
    }
    for (std::size_t i = 0; i < data.size(); ++i) crc = crc << 8 ^ crc24_tables[0][crc >> 24 ^ octet(i)];
    return crc >> 8;
}

std::string_view without_trailing_space(std::string_view line) { return line.substr(0, line.find_last_not_of(" \t\r") + 1); }

// White space and no-break spaces, in UTF-8 or as the octet that they are in ISO 8859 and Windows' charsets.
bool is_blank(std::string_view line) {
    while (!line.empty()) {
        if (line.starts_with("\xC2\xA0")) line.remove_prefix(1);
        if (!text::is_space(line.front()) && line.front() != '\xA0') return false;
        line.remove_prefix(1);
    }
    return true;
}

enum class headers { usual, could_carry_text };

// Takes the armor headers and the empty line behind them. Nothing where there is no such thing.
std::optional<headers> take_headers(std::string_view& rest) {
    auto out = headers::usual;
    std::array<std::string_view, most_usual_headers> keys;
    for (std::size_t lines = 0; lines <= most_headers; ++lines) {
        const auto line = without_trailing_space(text::take_line(rest));
        if (line.empty()) return out;
        if (!line.contains(':') || line.starts_with(armor_line_ends)) return std::nullopt;
        const auto key = line.substr(0, line.find(':'));
        const bool is_first = key == "Comment" || std::ranges::find(keys, key) == keys.end();
        if (lines >= most_usual_headers || !is_first || !is_usual_armor_header(line))
            out = headers::could_carry_text;
        else
            keys[lines] = key;
    }
    return std::nullopt;
}

// "=" and four base64 digits. Its value is not looked at, but its form is: it must not carry text.
bool is_checksum(std::string_view line) {
    return line.size() == 5 && line.front() == '=' && text::decode_strict_base64(line.substr(1));
}

// Reads what follows a begin line, up to and with the end line.
std::optional<std::pair<armor_block, headers>> take_block(std::string_view label, std::string_view& rest) {
    const auto above = take_headers(rest);
    if (!above) return std::nullopt;
    const auto body = rest.substr(0, rest.find("-----"));
    auto digits = text::trim(body);
    const auto last_line = digits.substr(digits.rfind('\n') + 1);
    if (is_checksum(last_line)) digits.remove_suffix(last_line.size());
    auto data = text::decode_strict_base64(digits);
    if (!data) return std::nullopt;
    rest.remove_prefix(body.size());
    const auto end_line = text::take_line(rest);
    const auto expected = std::string("-----END ").append(label).append(armor_line_ends);
    if (!end_line.starts_with(expected) || !is_blank(end_line.substr(expected.size())) || !body.ends_with('\n'))
        return std::nullopt;
    return std::pair(armor_block{.label = std::string(label), .data = *std::move(data), .digits = digits}, *above);
}

} // namespace

std::string crc24(std::string_view data) {
    const auto crc = crc24_of_all(data);
    return {static_cast<char>(crc >> 16), static_cast<char>(crc >> 8 & 0xFF), static_cast<char>(crc & 0xFF)};
}

std::size_t armored_size(std::size_t binary) {
    const auto digits = (binary + 2) / 3 * 4;
    return digits + (digits + columns - 1) / columns * 2 + begin_message.size() + checksum_size + end_message.size();
}

void append_armored(octet_writer& out, std::string_view binary) {
    constexpr std::size_t some_lines = 1024 * columns / 4 * 3; // octets
    out.append(begin_message);
    std::string lines;
    for (std::size_t from = 0; from < binary.size(); from += some_lines) {
        const auto digits = text::encode_base64(binary.substr(from, some_lines));
        lines.clear();
        for (std::size_t at = 0; at < digits.size(); at += columns) lines.append(digits, at, columns).append("\r\n");
        out.append(lines);
    }
    out.append("=" + text::encode_base64(crc24(binary)) + "\r\n");
    out.append(end_message);
}

std::string armor_message(std::string_view binary) {
    const auto out = write_in_memory(armored_size(binary.size()));
    append_armored(*out, binary);
    return std::string(out->finish());
}

armor_reading read_armor(std::string_view text) {
    armor_reading out;
    while (!text.empty()) {
        const auto line = text::take_line(text);
        const auto label = armor_label(without_trailing_space(line));
        auto behind = text;
        auto block = label.empty() ? std::nullopt : take_block(label, behind);
        if (block) {
            out.other_text = out.other_text || block->second != headers::usual;
            out.blocks.push_back(std::move(block->first));
            text = behind;
        } else {
            out.other_text = out.other_text || !is_blank(line);
        }
    }
    return out;
}

std::expected<std::string, std::string> read_armored_message(std::string_view text) {
    auto read = read_armor(text);
    if (read.blocks.empty()) return std::unexpected("no armored data");
    if (read.other_text) return std::unexpected("text beside the armored data");
    if (read.blocks.size() > 1) return std::unexpected("more than one block of armored data");
    if (read.blocks.front().label != "PGP MESSAGE")
        return std::unexpected("armored data that is no message: " + text::printable(read.blocks.front().label, 40));
    return std::move(read.blocks.front().data);
}

bool announces_message(std::string_view text) {
    constexpr std::string_view mark = "-----BEGIN PGP MESSAGE";
    for (auto at = text.find(mark); at != std::string_view::npos; at = text.find(mark, at + 1))
        if (at == 0 || text[at - 1] == '\n') return true;
    return false;
}

} // namespace sealgate::keys
