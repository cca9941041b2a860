#include "keys/openpgp/lenient_armor.hpp"

#include "keys/openpgp/armor.hpp"
#include "keys/openpgp/armor_header.hpp"
#include "policy/base/base64.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::keys {

namespace {

constexpr std::string_view any_end_line = "-----END PGP";

// Either line end counts.
std::string_view take_any_line(std::string_view& rest) {
    const auto end = std::min(rest.find_first_of("\r\n"), rest.size());
    const auto line = rest.substr(0, end);
    rest.remove_prefix(end);
    if (rest.starts_with("\r\n")) rest.remove_prefix(1);
    if (!rest.empty()) rest.remove_prefix(1);
    return line;
}

// ASCII alone, without what quotes and escapes it. A no-break space is not ASCII.
std::string bare(std::string_view line) {
    std::string out;
    for (const char c : line)
        if (c >= ' ' && c <= '~') out += c;
    const auto begins = out.find_first_not_of(" \t>|");
    out.erase(0, begins == std::string::npos ? out.size() : begins);
    if (out.starts_with("- -----")) out.erase(0, 2); // RFC 9580 section 7.2
    out.erase(out.find_last_not_of(" \t") + 1);
    return out;
}

bool is_data(const std::string& line) {
    return !line.empty() && std::ranges::all_of(line, [](char c) {
        return text::is_alphanumeric(c) || c == '+' || c == '/' || c == '=' || c == ' ';
    });
}

// "=" and four digits, and nothing else.
bool is_checksum(const std::string& line) { return line.size() == 5 && line.front() == '='; }

// A checksum whose "=" is missing was read as data.
void drop_checksum(std::string& data) {
    constexpr std::size_t size = 3;
    if (data.size() <= size) return;
    const auto before = std::string_view(data).substr(0, data.size() - size);
    if (data.ends_with(crc24(before))) data.resize(before.size());
}

// What follows a begin line, up to where no more of it stands.
lenient_block take_block(std::string label, std::string_view& rest) {
    lenient_block out{.label = std::move(label), .data = {}};
    std::string digits;
    bool above = true; // still among the armor headers
    bool ended = false, has_checksum = false;
    while (!rest.empty() && !ended) {
        auto behind = rest;
        const auto line = bare(take_any_line(behind));
        const bool is_header = above && line.contains(':');
        above = above && is_header;
        if (line.starts_with(any_end_line)) {
            ended = true;
        } else if (!armor_label(line).empty() || (!line.empty() && !is_header && !is_data(line))) {
            break; // no end line: the next block, or a text
        } else if (is_checksum(line)) {
            if (!has_checksum) out.fits_checksum = crc24(text::decode_base64(digits)) == text::decode_base64(line.substr(1));
            has_checksum = true;
        } else if (!is_header) {
            digits += line;
            digits += '\n';
        }
        rest = behind;
    }
    out.data = text::decode_base64(digits);
    if (!has_checksum) drop_checksum(out.data); // else it is data that end by chance as their checksum would
    return out;
}

} // namespace

std::vector<lenient_block> read_lenient_armor(std::string_view text) {
    std::vector<lenient_block> out;
    while (!text.empty()) {
        const auto line = bare(take_any_line(text));
        std::string label(armor_label(line));
        if (label.empty() || label == "PGP SIGNED MESSAGE") continue; // its text may hold blocks
        out.push_back(take_block(std::move(label), text));
    }
    return out;
}

std::string as_ascii_text(std::string_view file) {
    const bool little = file.starts_with("\xFF\xFE") || (file.size() > 3 && file[0] == '-' && file[1] == '\0');
    const bool big = file.starts_with("\xFE\xFF") || (file.size() > 3 && file[0] == '\0' && file[1] == '-');
    if (!little && !big) return std::string(text::without_byte_order_mark(file));
    std::string out;
    for (std::size_t i = 0; i + 1 < file.size(); i += 2) {
        const char high = file[i + (little ? 1 : 0)], low = file[i + (little ? 0 : 1)];
        if (high == '\0' && static_cast<unsigned char>(low) < 0x80) out += low;
    }
    return out;
}

} // namespace sealgate::keys
