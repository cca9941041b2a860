#include "policy/base/html.hpp"

#include "policy/base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sealgate::html {

namespace {

constexpr std::size_t most_code_points = 320; // an address has 320 at most (RFC 3696 erratum 1690)

constexpr std::size_t longest_paragraph = 20'000;

} // namespace

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
        case '&': out += "&amp;"; break;
        case '<': out += "&lt;"; break;
        case '>': out += "&gt;"; break;
        case '"': out += "&quot;"; break;
        case '\'': out += "&#39;"; break;
        default: out += c;
        }
    }
    return out;
}

bool is_safe_link(std::string_view where) {
    static constexpr auto schemes = std::to_array<std::string_view>({"https://", "http://", "mailto:"});
    return std::ranges::any_of(schemes, [&](auto scheme) { return text::istarts_with(where, scheme); });
}

std::string grouped(std::uint64_t number) {
    auto digits = std::to_string(number);
    for (auto at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
    return digits;
}

writer& writer::raw(markup part) {
    out_ += part.literal;
    return *this;
}

writer& writer::text(std::string_view outside) {
    out_ += escaped(text::printable(outside, most_code_points));
    return *this;
}

writer& writer::prose(std::string_view outside) {
    out_ += escaped(text::printable(outside, longest_paragraph));
    return *this;
}

writer& writer::isolated(std::string_view outside) { return raw("<bdi>").text(outside).raw("</bdi>"); }

writer& writer::count(std::uint64_t number) {
    out_ += grouped(number);
    return *this;
}

writer& writer::integer(std::uint64_t number) {
    out_ += std::to_string(number);
    return *this;
}

writer& writer::decimal(double number) {
    auto digits = fmt::format("{:.2f}", number);
    while (digits.ends_with('0')) digits.pop_back();
    if (digits.ends_with('.')) digits.pop_back();
    out_ += digits;
    return *this;
}

} // namespace sealgate::html
