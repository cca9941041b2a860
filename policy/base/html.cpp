#include "policy/base/html.hpp"

#include "policy/base/text.hpp"

#include <fmt/format.h>

namespace sealgate::html {

std::string grouped(std::uint64_t number) {
    auto digits = std::to_string(number);
    for (auto at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
    return digits;
}

writer& writer::raw(markup part) {
    out_ += part.literal;
    return *this;
}

writer& writer::text(std::string_view outside, std::size_t most_code_points) {
    for (const char c : text::printable(outside, most_code_points)) {
        switch (c) {
        case '&': out_ += "&amp;"; break;
        case '<': out_ += "&lt;"; break;
        case '>': out_ += "&gt;"; break;
        case '"': out_ += "&quot;"; break;
        case '\'': out_ += "&#39;"; break;
        default: out_ += c;
        }
    }
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
