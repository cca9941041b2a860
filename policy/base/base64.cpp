#include "policy/base/base64.hpp"

#include "policy/base/text.hpp"

#include <array>
#include <cstdint>

namespace sealgate::text {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 0xFF;

constexpr auto digit_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}();

// The first octets of a group of three.
void append_octets(std::string& to, std::uint32_t group, std::size_t count) {
    const char octets[] = {static_cast<char>(group >> 16 & 0xFF), static_cast<char>(group >> 8 & 0xFF),
                           static_cast<char>(group & 0xFF)};
    to.append(octets, count);
}

std::uint32_t octet(char c) { return static_cast<unsigned char>(c); }

} // namespace

std::string encode_base64(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4, '=');
    auto* at = out.data();
    const auto put = [&](std::uint32_t group, int digits) {
        for (int i = 0; i < digits; ++i) at[i] = alphabet[group >> (18 - 6 * i) & 0x3F];
        at += 4;
    };
    for (; bytes.size() >= 3; bytes.remove_prefix(3)) put(octet(bytes[0]) << 16 | octet(bytes[1]) << 8 | octet(bytes[2]), 4);
    if (bytes.size() == 2) put(octet(bytes[0]) << 16 | octet(bytes[1]) << 8, 3);
    if (bytes.size() == 1) put(octet(bytes[0]) << 16, 2);
    return out;
}

std::string decode_base64(std::string_view text) {
    std::string out;
    out.reserve(text.size() / 4 * 3 + 3);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        if (c == '=') bits = 0, count = 0;
        const auto value = digit_values[static_cast<unsigned char>(c)];
        if (value == no_digit) continue;
        bits = bits << 6 | value;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out += static_cast<char>(static_cast<unsigned char>(bits >> count & 0xFF));
    }
    return out;
}

std::optional<std::string> decode_strict_base64(std::string_view lines) {
    std::string out;
    out.reserve(lines.size() / 4 * 3 + 3);
    std::uint32_t bits = 0;
    std::size_t digits = 0, padding = 0;
    while (!lines.empty()) {
        for (const char c : trim(take_line(lines))) {
            const auto value = digit_values[static_cast<unsigned char>(c)];
            if (c == '=') {
                ++padding;
            } else if (value == no_digit || padding > 0) {
                return std::nullopt;
            } else {
                bits = bits << 6 | value;
                if (++digits % 4 == 0) append_octets(out, bits, 3);
            }
        }
    }
    if ((digits + padding) % 4 != 0 || padding > 2) return std::nullopt;
    const auto spare = (1U << 2 * padding) - 1; // RFC 4648 section 3.5: bits that belong to no octet
    if ((bits & spare) != 0) return std::nullopt;
    if (padding > 0) append_octets(out, bits << 6 * padding, 3 - padding);
    return out;
}

} // namespace sealgate::text
