#include "milter/protocol/dsn.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace sealgate::milter {

namespace {

constexpr std::size_t longest_envid = 100, longest_orcpt = 500; // RFC 3461 sections 4.4 and 4.2

std::string upper(std::string_view word) {
    std::string out(word);
    for (auto& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

std::optional<unsigned> hex_value(char c) { // xtext has upper-case digits alone
    if (text::is_digit(c)) return static_cast<unsigned>(c - '0');
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    return std::nullopt;
}

// "=" stands in none, and "+" is followed by two digits.
bool is_xtext(std::string_view value) {
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] <= ' ' || value[i] > '~' || value[i] == '=') return false;
        if (value[i] == '+' && (i + 2 >= value.size() || !hex_value(value[i + 1]) || !hex_value(value[i + 2]))) return false;
    }
    return !value.empty();
}

bool is_ret(std::string_view value) { return value == "FULL" || value == "HDRS"; }

bool is_envid(std::string_view value) { return value.size() <= longest_envid && is_xtext(value); }

bool is_notify(std::string_view value) {
    static constexpr std::array<std::string_view, 3> words{"SUCCESS", "FAILURE", "DELAY"};
    const auto said = text::split(value, ',');
    const auto is_word = [](std::string_view one) { return std::ranges::find(words, one) != words.end(); };
    return value == "NEVER" || (said.size() <= words.size() && std::ranges::all_of(said, is_word));
}

bool is_orcpt(std::string_view value) {
    const auto type = value.substr(0, value.find(';'));
    if (value.size() > longest_orcpt || type.size() == value.size() || type.empty()) return false;
    const auto is_of_type = [](char c) {
        const char lower = text::to_lower(c);
        return text::is_digit(c) || c == '-' || (lower >= 'a' && lower <= 'z');
    };
    return std::ranges::all_of(type, is_of_type) && is_xtext(value.substr(type.size() + 1));
}

// What stands behind "KEYWORD=", if it is that one.
std::optional<std::string_view> value_of(std::string_view parameter, std::string_view keyword) {
    const auto equals = parameter.find('=');
    if (equals == std::string_view::npos || !text::iequals(parameter.substr(0, equals), keyword)) return std::nullopt;
    return parameter.substr(equals + 1);
}

} // namespace

void take_parameter(dsn_of_mail& to, std::string_view parameter) {
    if (const auto ret = value_of(parameter, "RET"); ret && is_ret(upper(*ret))) to.ret = upper(*ret);
    if (const auto envid = value_of(parameter, "ENVID"); envid && is_envid(*envid)) to.envid = *envid;
}

void take_parameter(dsn_of_recipient& to, std::string_view parameter) {
    if (const auto notify = value_of(parameter, "NOTIFY"); notify && is_notify(upper(*notify))) to.notify = upper(*notify);
    if (const auto orcpt = value_of(parameter, "ORCPT"); orcpt && is_orcpt(*orcpt)) to.orcpt = *orcpt;
}

bool is_allowed(const dsn_of_mail& dsn) {
    return (dsn.ret.empty() || is_ret(dsn.ret)) && (dsn.envid.empty() || is_envid(dsn.envid));
}

bool is_allowed(const dsn_of_recipient& dsn) {
    return (dsn.notify.empty() || is_notify(dsn.notify)) && (dsn.orcpt.empty() || is_orcpt(dsn.orcpt));
}

std::string parameters(const dsn_of_mail& dsn) {
    return (dsn.ret.empty() ? "" : " RET=" + dsn.ret) + (dsn.envid.empty() ? "" : " ENVID=" + dsn.envid);
}

std::string parameters(const dsn_of_recipient& dsn) {
    return (dsn.notify.empty() ? "" : " NOTIFY=" + dsn.notify) + (dsn.orcpt.empty() ? "" : " ORCPT=" + dsn.orcpt);
}

bool is_told_of_failure(const dsn_of_recipient& dsn) { return dsn.notify.empty() || dsn.notify.contains("FAILURE"); }

std::string printable_xtext(std::string_view xtext) {
    std::string out;
    for (std::size_t i = 0; i < xtext.size(); ++i) {
        const auto high = xtext[i] == '+' && i + 2 < xtext.size() ? hex_value(xtext[i + 1]) : std::nullopt;
        const auto low = high ? hex_value(xtext[i + 2]) : std::nullopt;
        out += low ? static_cast<char>(*high * 16 + *low) : xtext[i];
        if (low) i += 2;
    }
    return text::ascii(out);
}

} // namespace sealgate::milter
