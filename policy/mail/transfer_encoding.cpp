#include "policy/mail/transfer_encoding.hpp"

#include "policy/base/hex.hpp"
#include "policy/base/text.hpp"

#include <optional>

namespace sealgate::policy {

namespace {

// Bytes of a soft line break at the front, its "=" included; 0 if there is none.
std::size_t soft_break(std::string_view s) {
    const auto end = s.find_first_not_of(" \t\r", 1);
    return end != std::string_view::npos && s[end] == '\n' ? end + 1 : 0;
}

} // namespace

std::string decode_quoted_printable(std::string_view encoded) {
    std::string out;
    out.reserve(encoded.size());
    while (!encoded.empty()) {
        const auto plain = encoded.substr(0, encoded.find('='));
        out += plain;
        encoded.remove_prefix(plain.size());
        if (encoded.empty()) break;
        if (const auto octet = text::escaped_octet(encoded)) {
            out += *octet;
            encoded.remove_prefix(3);
        } else if (const auto skipped = soft_break(encoded); skipped != 0) {
            encoded.remove_prefix(skipped);
        } else {
            out += '=';
            encoded.remove_prefix(1);
        }
    }
    return out;
}

std::string encode_quoted_printable(std::string_view text) {
    constexpr std::size_t longest_line = 76;
    std::string out;
    std::size_t line = 0; // octets since the last break
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto rest = text.substr(i);
        if (rest.starts_with("\r\n")) {
            out += "\r\n";
            line = 0;
            ++i;
            continue;
        }
        const auto octet = static_cast<unsigned char>(text[i]);
        const bool at_end = rest.size() == 1 || rest.substr(1).starts_with("\r\n");
        const bool plain = (octet > 0x20 && octet < 0x7F && octet != '=') || (octet == ' ' && !at_end);
        const std::size_t size = plain ? 1 : 3;
        if (line + size > (at_end ? longest_line : longest_line - 1)) { // room for the "=" of a soft break
            out += "=\r\n";
            line = 0;
        }
        line += size;
        if (plain)
            out += text[i];
        else
            out.append("=").append(text::upper_hex(rest.substr(0, 1)));
    }
    return out;
}

} // namespace sealgate::policy
