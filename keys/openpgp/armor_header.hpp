// The lines of armor that stand before the data: the begin line, and armor headers (RFC 9580 section 6.2.2), which everybody
// can read. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace sealgate::keys {

inline constexpr std::string_view armor_begins = "-----BEGIN PGP ", armor_line_ends = "-----";

// "PGP MESSAGE" of a begin line without white space at its end; empty if the line is none.
constexpr std::string_view armor_label(std::string_view line) {
    if (!line.starts_with(armor_begins) || !line.ends_with(armor_line_ends)) return {};
    constexpr std::size_t label_begins = armor_begins.size() - 4;
    return line.substr(label_begins, line.size() - label_begins - armor_line_ends.size());
}

// Whether a program is known to write such a line. Any other could carry a message of its own.
bool is_usual_armor_header(std::string_view line);

} // namespace sealgate::keys
