#include "policy/base/base64.hpp"

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

std::uint32_t octet(char c) { return static_cast<unsigned char>(c); }

} // namespace

std::string encode_base64(std::string_view bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    const auto put = [&](std::uint32_t group, int digits) {
        for (int i = 0; i < 4; ++i)
            out += i < digits ? alphabet[group >> (18 - 6 * i) & 0x3F] : '=';
    };
    for (; bytes.size() >= 3; bytes.remove_prefix(3))
        put(octet(bytes[0]) << 16 | octet(bytes[1]) << 8 | octet(bytes[2]), 4);
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

} // namespace sealgate::text
