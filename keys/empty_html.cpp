#include "keys/empty_html.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace sealgate::keys {

namespace {

constexpr std::size_t largest = 1024; // octets; more of it is no skeleton

// In any case of letters.
constexpr auto pieces = std::to_array<std::string_view>({
    "<html>",
    "</html>",
    "<head>",
    "</head>",
    "<title>",
    "</title>",
    "<body>",
    "<body dir=\"ltr\">",
    "</body>",
    "<div>",
    "</div>",
    "<p>",
    "</p>",
    "<br>",
    "<br/>",
    "<br clear=\"all\">",
    "&nbsp;",
});
constexpr std::string_view charset_begins = "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=";
constexpr auto charsets = std::to_array<std::string_view>({"us-ascii", "utf-8", "iso-8859-1", "iso-8859-15", "windows-1252"});
constexpr std::string_view charset_ends = "\">";

// Takes what stands at the front, and nothing else.
bool take(std::string_view& rest, std::string_view what) {
    if (!text::istarts_with(rest, what)) return false;
    rest.remove_prefix(what.size());
    return true;
}

bool take_any(std::string_view& rest, const auto& of) {
    return std::ranges::any_of(of, [&](std::string_view what) { return take(rest, what); });
}

bool take_charset(std::string_view& rest) {
    if (!take(rest, charset_begins)) return false;
    const auto charset = rest.substr(0, rest.find('"'));
    const auto is_this = [&](std::string_view known) { return text::iequals(charset, known); };
    if (std::ranges::none_of(charsets, is_this)) return false;
    rest.remove_prefix(charset.size());
    return take(rest, charset_ends);
}

} // namespace

bool is_empty_html(std::string_view html) {
    if (html.size() > largest) return false;
    for (auto rest = text::trim(html); !rest.empty(); rest = text::trim(rest))
        if (!take_any(rest, pieces) && !take_charset(rest)) return false;
    return true;
}

} // namespace sealgate::keys
