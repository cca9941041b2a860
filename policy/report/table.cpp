#include "policy/report/table.hpp"

#include <fmt/format.h>

namespace sealgate::policy {

namespace {

using html::writer;

double ratio(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string percent_text(double share) {
    if (share > 0 && share < 0.001) return "<0.1%";
    if (share < 1 && share > 0.999) return ">99.9%";
    return share == 0 || share == 1 ? fmt::format("{:.0f}%", share * 100) : fmt::format("{:.1f}%", share * 100);
}

bool is_flush_right(cell_kind kind) { return kind == cell_kind::number || kind == cell_kind::share; }

void draw_content(writer& to, const data_cell& cell) {
    if (cell.has_swatch) draw_swatch(to, cell.drawn), to.raw(" ");
    switch (cell.kind) {
    case cell_kind::words:
    case cell_kind::time: to.text(cell.text); break;
    case cell_kind::outside: to.isolated(cell.text); break;
    case cell_kind::code: to.raw("<code>").text(cell.text).raw("</code>"); break;
    case cell_kind::number: to.count(cell.number); break;
    case cell_kind::share: to.text(percent_text(cell.share)); break;
    case cell_kind::bar: draw_bar(to, cell.parts); break;
    }
    if (cell.lines.empty()) return;
    to.raw("<ul class=\"lines\">");
    for (const auto& line : cell.lines) to.raw("<li><code>").isolated(line).raw("</code></li>");
    to.raw("</ul>");
}

html::markup class_of(const data_cell& cell) {
    switch (cell.kind) {
    case cell_kind::words:
    case cell_kind::code: return "";
    case cell_kind::outside: return " class=\"outside\"";
    case cell_kind::time: return " class=\"time\"";
    case cell_kind::number:
        if (cell.number == 0) return " class=\"number zero\"";
        return " class=\"number\"";
    case cell_kind::share: return " class=\"number\"";
    case cell_kind::bar: return " class=\"bars\"";
    }
    return "";
}

} // namespace

data_cell words(std::string text) { return {.kind = cell_kind::words, .text = std::move(text)}; }
data_cell outside(std::string text) { return {.kind = cell_kind::outside, .text = std::move(text)}; }
data_cell code(std::string text) { return {.kind = cell_kind::code, .text = std::move(text)}; }
data_cell number(std::uint64_t count) { return {.kind = cell_kind::number, .number = count}; }
data_cell percent(std::uint64_t part, std::uint64_t whole) { return {.kind = cell_kind::share, .share = ratio(part, whole)}; }
data_cell bar(const std::vector<std::pair<std::uint64_t, series_look>>& parts, std::uint64_t whole) {
    data_cell out{.kind = cell_kind::bar};
    for (const auto& [part, drawn] : parts) out.parts.push_back({.share = ratio(part, whole), .drawn = drawn});
    return out;
}
data_cell keyed(std::string text, series_look drawn) {
    return {.kind = cell_kind::words, .text = std::move(text), .drawn = drawn, .has_swatch = true};
}

void draw(writer& to, const data_table& table) {
    if (!table.rows.empty()) {
        const auto& first = table.rows.front();
        // It may be wider than a phone; then it is scrolled by itself, with the keyboard too.
        to.raw("<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-labelledby=\"")
            .text(table.id)
            .raw("\">\n<table>\n<caption id=\"");
        to.text(table.id).raw("\">").text(table.caption).raw("</caption>\n<thead><tr>");
        for (std::size_t i = 0; i < table.heads.size(); ++i) {
            if (first[i].kind == cell_kind::bar) {
                to.raw("<td class=\"bars\"></td>"); // a picture of the number beside it
                continue;
            }
            to.raw("<th scope=\"col\"")
                .raw(is_flush_right(first[i].kind) ? html::markup(" class=\"number\"") : html::markup(""));
            to.raw(">").text(table.heads[i]).raw("</th>");
        }
        to.raw("</tr></thead>\n<tbody>\n");
        for (const auto& row : table.rows) {
            to.raw("<tr>");
            for (std::size_t i = 0; i < row.size(); ++i) {
                to.raw(i == 0 ? html::markup("<th scope=\"row\"") : html::markup("<td")).raw(class_of(row[i])).raw(">");
                draw_content(to, row[i]);
                to.raw(i == 0 ? html::markup("</th>") : html::markup("</td>"));
            }
            to.raw("</tr>\n");
        }
        to.raw("</tbody>\n</table>\n</div>\n");
    }
    if (!table.note.empty()) to.raw("<p class=\"note\">").text(table.note).raw("</p>\n");
}

} // namespace sealgate::policy
