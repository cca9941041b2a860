// What stands inside the MIME fields, RFC 2045 section 5 and RFC 2183. The only user of mimetic.
//
// mimetic does not undo comments, quoted pairs or a semicolon in quotes. A value in which that could change
// the meaning comes back as not `plain`; types, boundaries and protocols of real mail programs are plain.
// Never fails. Values are unfolded, and no longer than `longest_field_value`.
// Tested by mail/mime_test.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct mime_parameter {
    std::string name; // lower case
    std::string value;
    bool operator==(const mime_parameter&) const = default;
};

inline constexpr std::size_t longest_field_value = 4096;

struct content_type {
    std::string type; // lower case
    std::string subtype;
    std::vector<mime_parameter> parameters;
    bool plain = true; // all readers agree on type, boundary and protocol
};

content_type parse_content_type(std::string_view value);

// The field or value without white space and semicolons at its end: a further parameter can follow, behind a semicolon.
std::string_view without_open_end(std::string_view field);

// What stands in the parameter `filename` or `name`, also as RFC 2231 writes it (its charset is not looked at), or as an
// encoded word, which RFC 2047 forbids there and mail programs write. The first of these ways; empty if there is none.
std::string file_name_in(const std::vector<mime_parameter>& parameters, std::string_view name);

std::vector<mime_parameter> disposition_parameters(std::string_view value);

} // namespace sealgate::policy
