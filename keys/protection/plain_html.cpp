#include "keys/protection/plain_html.hpp"

#include "policy/base/text.hpp"
#include "policy/base/word_list.hpp"

#include <algorithm>
#include <array>

namespace sealgate::keys {

namespace {

constexpr std::size_t longest_tag = 512;
constexpr std::size_t most_said = 1024;  // octets of attributes, each different tag once
constexpr std::size_t most_numbers = 40; // in them
constexpr std::size_t longest_number = 4;

constexpr auto tags = std::to_array<std::string_view>(
    {"html", "head", "meta", "title", "body", "div", "p", "br", "pre", "span", "font", "tt", "code", "o:p", "wbr", "!doctype"});

// Words of HTML, CSS and their values, names of fonts, languages and charsets, and what programs call their classes.
constexpr std::string_view words =
    "a after align alink all alt apple aptos arial ascii at auto background baseline bgcolor black "
    "blinkmacsystemfont block body bold border both bottom break cal calibri cambria caps center ch charset class "
    "clear cm collapse color consolas content courier data de decoration default defaultfonts dir display div dtd "
    "elementtoproof em emoji empty en end equiv es face family flowed font format fr gb generator geneva georgia "
    "gmail height helvetica hidden html http id in indent inherit initial inline inset iso it italic justify k ko "
    "lang language latin left letter ligatures line link loose ltr lucida mail margin max meta min mode mono "
    "monospace moz mso msonormal msoplaintext name nbsp neue new nl none normal noto nowrap org overflow padding pl "
    "plain pre prefix proton protonmail pt public px qrichtext quot rec relative rem repeat rgb rgba right roboto "
    "roman rtl sans segoe serif signature size smartmail solid space spacing start strict style system tab tahoma "
    "text times top tr transform transitional transparent type ubuntu ui uk unset us user utf variant verdana "
    "vertical visible vlink w webkit weight white width windows windowtext word wordsection wrap www x xhtml xml "
    "xmlns";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_word(std::string_view word) { return text::has_word(words, text::lower(word)); }

bool is_hex_digit(char c) { return text::is_digit(c) || (text::to_lower(c) >= 'a' && text::to_lower(c) <= 'f'); }

// "#1f497d", "#000"
bool is_colour(std::string_view s) { return (s.size() == 3 || s.size() == 6) && std::ranges::all_of(s, is_hex_digit); }

// What stands between "&" and ";": a character of ASCII, or nothing for a no-break space.
std::optional<std::string_view> character(std::string_view reference) {
    struct named {
        std::string_view name, is;
    };
    constexpr auto known = std::to_array<named>({{"nbsp", ""},
                                                 {"amp", "&"},
                                                 {"lt", "<"},
                                                 {"gt", ">"},
                                                 {"quot", "\""},
                                                 {"#160", ""},
                                                 {"#xa0", ""},
                                                 {"#39", "'"},
                                                 {"#43", "+"},
                                                 {"#x2b", "+"},
                                                 {"#45", "-"},
                                                 {"#47", "/"},
                                                 {"#x2f", "/"},
                                                 {"#61", "="},
                                                 {"#x3d", "="}});
    const auto found = std::ranges::find_if(known, [&](const named& one) { return text::iequals(one.name, reference); });
    return found == known.end() ? std::nullopt : std::optional(found->is);
}

} // namespace

// The octet A0 is a no-break space in ISO 8859 and in Windows' charsets.
std::string without_white_space(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text.substr(at).starts_with("\xC2\xA0")) ++at;
        if (!text::is_space(text[at]) && text[at] != '\xA0') out += text[at];
    }
    return out;
}

bool plain_html::takes(std::string_view tag) {
    if (tag.size() > longest_tag) return false;
    if (tag.starts_with('/')) tag.remove_prefix(1);
    const auto name = text::take_while(tag, [](char c) { return !text::is_space(c) && c != '/'; });
    if (!text::is_one_of(name, tags)) return false;
    if (!seen_.insert(std::string(tag)).second) return true;
    said_ += tag.size();
    return said_ <= most_said && takes_attributes(tag);
}

bool plain_html::takes_attributes(std::string_view attributes) {
    constexpr std::string_view marks = " \t\r\n\"'=:;,.-_%/()!";
    while (!attributes.empty()) {
        if (is_letter(attributes.front())) {
            if (!is_word(text::take_while(attributes, is_letter))) return false;
        } else if (text::is_digit(attributes.front())) {
            if (!takes_number(text::take_while(attributes, text::is_digit), longest_number)) return false;
        } else if (attributes.front() == '#') {
            attributes.remove_prefix(1);
            const auto colour = text::take_while(attributes, is_hex_digit);
            if (!is_colour(colour) || !takes_number(colour, colour.size())) return false;
        } else if (marks.contains(attributes.front())) {
            attributes.remove_prefix(1);
        } else {
            return false;
        }
    }
    return true;
}

bool plain_html::takes_number(std::string_view digits, std::size_t longest) {
    return digits.size() <= longest && ++numbers_ <= most_numbers;
}

std::optional<std::string> plain_html::text_of(std::string_view html) {
    constexpr std::size_t longest_reference = 6;
    std::string shown;
    while (!html.empty()) {
        const char c = html.front();
        html.remove_prefix(1);
        if (c == '<') {
            const auto end = html.substr(0, longest_tag + 1).find('>');
            if (end == std::string_view::npos || !takes(html.substr(0, end))) return std::nullopt;
            html.remove_prefix(end + 1);
        } else if (c == '&') {
            const auto end = html.substr(0, longest_reference + 1).find(';');
            const auto is = end == std::string_view::npos ? std::nullopt : character(html.substr(0, end));
            if (!is) return std::nullopt;
            shown += *is;
            html.remove_prefix(end + 1);
        } else {
            shown += c;
        }
    }
    return without_white_space(shown);
}

} // namespace sealgate::keys
