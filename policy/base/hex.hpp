// Hex digits, as quoted-printable, encoded words and percent signs have them, and as fingerprints are written. Pure.
// Tested by mail/encoded_word_test and transfer_encoding_test.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::text {

// Its value; of either case.
constexpr std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    const char lower = static_cast<char>(c | 0x20);
    if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a' + 10);
    return std::nullopt;
}

// Of either case, one at least.
constexpr bool is_hex(std::string_view s) {
    for (const char c : s)
        if (!hex_digit(c)) return false;
    return !s.empty();
}

// The octet that is written at the front as a mark and two digits, such as "=41" or "%41"; nothing where it is none.
constexpr std::optional<char> escaped_octet(std::string_view s) {
    const auto high = s.size() > 2 ? hex_digit(s[1]) : std::nullopt;
    const auto low = high ? hex_digit(s[2]) : std::nullopt;
    return low ? std::optional(static_cast<char>(static_cast<unsigned char>(*high << 4 | *low))) : std::nullopt;
}

// Two digits an octet.
inline std::string hex_in(std::string_view digits, std::string_view octets) {
    std::string out;
    for (const char c : octets) {
        const auto octet = static_cast<unsigned char>(c);
        out.append({digits[octet >> 4], digits[octet & 15]});
    }
    return out;
}
inline std::string lower_hex(std::string_view octets) { return hex_in("0123456789abcdef", octets); }
inline std::string upper_hex(std::string_view octets) { return hex_in("0123456789ABCDEF", octets); }

} // namespace sealgate::text
