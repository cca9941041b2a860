#include "policy/document.hpp"

#include "policy/base/html.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace sealgate::policy {

namespace {

constexpr std::size_t longest_paragraph = 20'000; // code points; of us, no longer ones come
constexpr std::size_t widest = 66; // columns: a quotation of it still fits

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

bool is_safe_link(std::string_view where) {
    static constexpr auto schemes = std::to_array<std::string_view>({"https://", "http://", "mailto:"});
    for (const auto scheme : schemes)
        if (text::istarts_with(where, scheme)) return true;
    return false;
}

void put(html::writer& out, const phrases& line) {
    for (const auto& one : line) {
        switch (one.as) {
        case look::plain: out.text(one.text, longest_paragraph); break;
        case look::strong: out.raw("<strong>").text(one.text, longest_paragraph).raw("</strong>"); break;
        case look::link:
            if (is_safe_link(one.text))
                out.raw("<a href=\"").text(one.text, longest_paragraph).raw("\">").text(one.text, longest_paragraph).raw("</a>");
            else
                out.text(one.text, longest_paragraph);
            break;
        }
    }
}

// Long addresses must not make a phone's window scroll sideways.
#define SEALGATE_BREAKABLE "overflow-wrap:anywhere;"

void put(html::writer& out, const block& one) {
    switch (one.kind) {
    case block_kind::title:
        out.raw("<h1 style=\"" SEALGATE_BREAKABLE "font-size:1.4em;line-height:1.3;margin:0 0 1em;padding:.1em 0 .1em .6em;"
                "border-left:4px solid #b0701a\">");
        put(out, one.lines.front());
        out.raw("</h1>\r\n");
        return;
    case block_kind::heading:
        out.raw("<h2 style=\"" SEALGATE_BREAKABLE "font-size:1.1em;line-height:1.3;margin:1.6em 0 .5em\">");
        put(out, one.lines.front());
        out.raw("</h2>\r\n");
        return;
    case block_kind::paragraph:
    case block_kind::small:
        if (one.kind == block_kind::small)
            out.raw("<p style=\"" SEALGATE_BREAKABLE "margin:.5em 0;font-size:.9em\">");
        else
            out.raw("<p style=\"" SEALGATE_BREAKABLE "margin:.7em 0\">");
        put(out, one.lines.front());
        out.raw("</p>\r\n");
        return;
    case block_kind::list:
        out.raw("<ul style=\"margin:.5em 0;padding-left:1.3em\">\r\n");
        for (const auto& item : one.lines) {
            out.raw("<li style=\"" SEALGATE_BREAKABLE "margin:.5em 0\">");
            put(out, item);
            out.raw("</li>\r\n");
        }
        out.raw("</ul>\r\n");
        return;
    }
    std::unreachable();
}

#undef SEALGATE_BREAKABLE

} // namespace

std::string as_plain_text(const document& letter) {
    std::string out;
    for (const auto& one : letter.blocks) {
        if (!out.empty()) out += "\r\n";
        const bool is_list = one.kind == block_kind::list;
        for (const auto& line : one.lines) append_wrapped(out, joined(line), is_list ? "- " : "", is_list ? "  " : "");
        const bool is_title = one.kind == block_kind::title;
        if (!is_title && one.kind != block_kind::heading) continue;
        out += std::string(std::min(width(joined(one.lines.front())), widest), is_title ? '=' : '-') + "\r\n";
    }
    return out;
}

std::string as_html(const document& letter) {
    html::writer out;
    out.raw("<!DOCTYPE html>\r\n<html lang=\"").text(letter.language);
    out.raw("\" style=\"color-scheme:light dark\">\r\n<head>\r\n<meta charset=\"utf-8\">\r\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\r\n"
            "<meta name=\"color-scheme\" content=\"light dark\">\r\n<title>");
    if (!letter.blocks.empty()) out.text(joined(letter.blocks.front().lines.front()), longest_paragraph);
    out.raw("</title>\r\n</head>\r\n<body style=\"margin:0;padding:1em;background-color:Canvas;color:CanvasText;font:1em/1.55 system-ui,-apple-system,"
            "'Segoe UI',Roboto,Helvetica,Arial,sans-serif\">\r\n<main style=\"max-width:38em;margin:0 auto\">\r\n");
    for (const auto& one : letter.blocks) put(out, one);
    out.raw("</main>\r\n</body>\r\n</html>\r\n");
    return std::move(out).take();
}

} // namespace sealgate::policy
