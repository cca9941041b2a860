#include "policy/notices/letter.hpp"

#include "policy/base/html.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <string_view>

namespace sealgate::policy {

namespace {

constexpr std::size_t longest_paragraph = 20'000; // code points; of us, no longer ones come
constexpr std::size_t widest = 66;                // columns: a quotation of it still fits

std::string joined(const phrases& line) {
    std::string out;
    for (const auto& one : line) out += one.text;
    return text::printable(out, longest_paragraph);
}

std::size_t width(std::string_view word) { return text::decode_utf8(word).size(); }

// The word at the front; what stands in brackets is one: "[sealgate 7Q2K-M4XD]" has to be found by whoever looks for it.
std::string_view take_word(std::string_view& rest) {
    auto end = rest.find(' ');
    if (const auto open = rest.find('['); open < end)
        if (const auto close = rest.find(']', open); close != std::string_view::npos && close - open < widest / 2)
            end = rest.find(' ', close);
    const auto word = rest.substr(0, end);
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    return word;
}

// Words in lines; `first` stands before the first line, `rest` before the others.
void append_wrapped(std::string& out, std::string_view paragraph, std::string_view first, std::string_view rest) {
    std::string line(first);
    auto used = width(first);
    bool begun = false;
    while (!paragraph.empty()) {
        const auto word = take_word(paragraph);
        if (word.empty()) continue;
        if (begun && used + 1 + width(word) > widest) {
            out += line + "\r\n";
            line = rest;
            used = width(rest);
            begun = false;
        }
        if (begun) line += ' ', ++used;
        line += word;
        used += width(word);
        begun = true;
    }
    out += line + "\r\n";
}

std::string html_of(const phrases& line) {
    std::string out;
    for (const auto& one : line) {
        const auto shown = html::escaped(one.text);
        switch (one.as) {
        case emphasis::plain: out += shown; break;
        case emphasis::strong: out += "<strong>" + shown + "</strong>"; break;
        case emphasis::link: out += html::is_safe_link(one.text) ? "<a href=\"" + shown + "\">" + shown + "</a>" : shown; break;
        }
    }
    return out;
}

// Long addresses must not make a phone's window scroll sideways.
#define SEALGATE_BREAKABLE "overflow-wrap:anywhere;"
constexpr std::string_view title_style =
    SEALGATE_BREAKABLE "font-size:1.4em;line-height:1.3;margin:0 0 1em;padding:.1em 0 .1em .6em;border-left:4px solid #b0701a";
constexpr std::string_view heading_style = SEALGATE_BREAKABLE "font-size:1.1em;line-height:1.3;margin:1.6em 0 .5em";
constexpr std::string_view paragraph_style = SEALGATE_BREAKABLE "margin:.7em 0";
constexpr std::string_view list_style = "margin:.5em 0;padding-left:1.3em";
constexpr std::string_view item_style = SEALGATE_BREAKABLE "margin:.5em 0";
constexpr std::string_view small_style = SEALGATE_BREAKABLE "margin:.5em 0;font-size:.9em";
#undef SEALGATE_BREAKABLE

std::string element(std::string_view name, std::string_view style, std::string_view content) {
    return "<" + std::string(name) + " style=\"" + std::string(style) + "\">" + std::string(content) + "</" +
           std::string(name) + ">\r\n";
}

std::string html_of(const block& one) {
    switch (one.kind) {
    case block_kind::title: return element("h1", title_style, html_of(one.lines.front()));
    case block_kind::heading: return element("h2", heading_style, html_of(one.lines.front()));
    case block_kind::paragraph: return element("p", paragraph_style, html_of(one.lines.front()));
    case block_kind::small: return element("p", small_style, html_of(one.lines.front()));
    case block_kind::list: break;
    }
    std::string items = "\r\n";
    for (const auto& item : one.lines) items += element("li", item_style, html_of(item));
    return element("ul", list_style, items);
}

} // namespace

std::string as_plain_text(const document& letter) {
    std::string out;
    for (const auto& one : letter.blocks) {
        if (!out.empty()) out += "\r\n";
        const bool is_list = one.kind == block_kind::list;
        for (const auto& line : one.lines) append_wrapped(out, joined(line), is_list ? "- " : "", is_list ? "  " : "");
        if (one.kind == block_kind::title) out += std::string(std::min(width(joined(one.lines.front())), widest), '=') + "\r\n";
        if (one.kind == block_kind::heading)
            out += std::string(std::min(width(joined(one.lines.front())), widest), '-') + "\r\n";
    }
    return out;
}

std::string as_html(const document& letter) {
    std::string out = "<!DOCTYPE html>\r\n<html lang=\"" + html::escaped(letter.language) +
                      "\" style=\"color-scheme:light dark\">\r\n<head>\r\n<meta charset=\"utf-8\">\r\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\r\n"
                      "<meta name=\"color-scheme\" content=\"light dark\">\r\n<title>" +
                      html::escaped(letter.blocks.empty() ? "" : joined(letter.blocks.front().lines.front())) +
                      "</title>\r\n</head>\r\n<body style=\"margin:0;padding:1em;background-color:Canvas;"
                      "color:CanvasText;font:1em/1.55 system-ui,-apple-system,'Segoe "
                      "UI',Roboto,Helvetica,Arial,sans-serif\">\r\n<main style=\"max-width:38em;margin:0 auto\">\r\n";
    for (const auto& one : letter.blocks) out += html_of(one);
    return out + "</main>\r\n</body>\r\n</html>\r\n";
}

} // namespace sealgate::policy
