// Hex digits, as quoted-printable, encoded words and percent signs have them. Pure.
#pragma once

#include <optional>

namespace sealgate::text {

// Its value; of either case.
constexpr std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    const char lower = static_cast<char>(c | 0x20);
    if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a' + 10);
    return std::nullopt;
}

} // namespace sealgate::text
