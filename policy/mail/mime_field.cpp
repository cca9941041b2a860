#include "policy/mail/mime_field.hpp"

#include "policy/base/hex.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/encoded_word.hpp"

#include <algorithm>
#include <functional>
#include <optional>

// mimetic 0.9.8 derives from std::unary_function and says `register`.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#pragma GCC diagnostic ignored "-Wregister"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wshadow"
#include <mimetic/mimetic.h>
#pragma GCC diagnostic pop

namespace sealgate::policy {

namespace {

// RFC 2045 section 5.1, `token`.
bool is_token(std::string_view s) {
    constexpr std::string_view specials = "()<>@,;:\\\"/[]?=";
    const auto is_token_char = [&](char c) { return c > ' ' && c < 0x7F && !specials.contains(c); };
    return !s.empty() && std::ranges::all_of(s, is_token_char);
}

std::string as_string(const auto& mimetic_string) { return {mimetic_string.data(), mimetic_string.size()}; }

// RFC 5322 section 3.2.2: text in parentheses, but not inside quotes.
bool has_comment(std::string_view field) {
    bool quoted = false;
    for (const char c : field) {
        if (c == '"') quoted = !quoted;
        if (c == '(' && !quoted) return true;
    }
    return false;
}

// mimetic takes quotes off a value that is quoted as a whole; one that is left, or an escape, or a comment,
// was not understood.
bool has_leftovers(std::string_view value, bool comments) {
    return value.find_first_of(comments ? "\"\\()" : "\"\\") != std::string_view::npos;
}

bool is_structural(std::string_view parameter) {
    return parameter.starts_with("boundary") || parameter.starts_with("protocol");
}

std::vector<mime_parameter> parameters_of(const mimetic::FieldParamList& list) {
    std::vector<mime_parameter> out;
    for (const auto& parameter : list) {
        const auto name = as_string(parameter.name());
        if (!text::trim(name).empty()) out.push_back({.name = text::lower(text::trim(name)), .value = parameter.value()});
    }
    return out;
}

bool agrees(const content_type& read, bool comments) {
    const auto repeated = [&](std::string_view name) {
        return std::ranges::count_if(read.parameters, [&](const auto& p) { return p.name.starts_with(name); }) > 1;
    };
    const auto odd = [&](const mime_parameter& p) { return is_structural(p.name) && has_leftovers(p.value, comments); };
    return is_token(read.type) && is_token(read.subtype) && !repeated("boundary") && !repeated("protocol") &&
           std::ranges::none_of(read.parameters, odd);
}

// RFC 2231 section 4: charset'language'value.
std::string_view without_charset(std::string_view value) {
    const auto first = value.find('\'');
    const auto second = first == std::string_view::npos ? first : value.find('\'', first + 1);
    return second == std::string_view::npos ? value : value.substr(second + 1);
}

std::string percent_decoded(std::string_view value) {
    std::string out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const auto octet = value[i] == '%' ? text::escaped_octet(value.substr(i)) : std::nullopt;
        out += octet.value_or(value[i]);
        if (octet) i += 2;
    }
    return out;
}

} // namespace

content_type parse_content_type(std::string_view value) {
    const mimetic::ContentType read{std::string(value.substr(0, longest_field_value))};
    content_type out{.type = text::lower(text::trim(as_string(read.type()))),
                     .subtype = text::lower(text::trim(as_string(read.subtype()))),
                     .parameters = parameters_of(read.paramList())};
    out.plain = value.size() <= longest_field_value && agrees(out, has_comment(value));
    return out;
}

std::string_view without_open_end(std::string_view field) { return field.substr(0, field.find_last_not_of(" \t\r\n;") + 1); }

std::string file_name_in(const std::vector<mime_parameter>& parameters, std::string_view name) {
    const auto value_of = [&](const std::string& wanted) {
        const auto at = std::ranges::find(parameters, wanted, &mime_parameter::name);
        return at == parameters.end() ? nullptr : &at->value;
    };
    const std::string plain(name);
    if (const auto* found = value_of(plain)) return decode_words(*found).text;
    if (const auto* found = value_of(plain + "*")) return percent_decoded(without_charset(*found));
    std::string out;
    for (std::size_t i = 0; i < parameters.size(); ++i) { // RFC 2231 section 3
        const auto section = plain + "*" + std::to_string(i);
        if (const auto* found = value_of(section))
            out += *found;
        else if (const auto* encoded = value_of(section + "*"))
            out += percent_decoded(i == 0 ? without_charset(*encoded) : *encoded);
        else
            break;
    }
    return out;
}

std::vector<mime_parameter> disposition_parameters(std::string_view value) {
    const mimetic::ContentDisposition read{std::string(value.substr(0, longest_field_value))};
    return parameters_of(read.paramList());
}

} // namespace sealgate::policy
