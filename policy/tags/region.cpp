#include "policy/tags/region.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

bool is_readable(char32_t c) { return is_word_point(c) || is_pictured_letter(c); }

bool is_bracket(char32_t c) { return bracket_of(c) != bracket::none; }

} // namespace

candidate region::piece(std::size_t begin, std::size_t end) const {
    const auto from = looks.starts[begin - where.begin];
    return {points.substr(begin, end - begin),
            std::u32string_view(looks.form).substr(from, looks.starts[end - where.begin] - from)};
}

span region::behind(std::size_t begin, std::size_t end) const {
    const auto& starts = looks.starts;
    const auto first = std::ranges::upper_bound(starts, begin) - 1;
    auto last = std::ranges::lower_bound(starts, end);
    if (*first != begin || *last != end) return {};
    while (last + 1 < starts.end() && last[1] == end &&
           is_word_point(points[where.begin + static_cast<std::size_t>(last - starts.begin())]))
        ++last;
    return {.begin = where.begin + static_cast<std::size_t>(first - starts.begin()),
            .end = where.begin + static_cast<std::size_t>(last - starts.begin())};
}

region region_of(const folded_text& text, span where) {
    const std::u32string_view points = text.points;
    return {.points = points, .looks = look_alike(points.substr(where.begin, where.size())), .where = where};
}

bool begins_word(const folded_text& text, std::size_t at) {
    const char32_t first = text.points[at];
    if (!is_readable(first)) return false;
    return word_can_begin(text, at) || stands_alone(text.points[at - 1]) || stands_alone(first);
}

bool ends_word(const folded_text& text, std::size_t at) {
    const char32_t last = text.points[at - 1];
    if (!is_readable(last) && last != U'+') return false;
    return word_can_end(text, at) || stands_alone(last) || stands_alone(text.points[at]);
}

bool is_word(const folded_text& text, span where) {
    const bool before_colon = where.end < text.size() && text.points[where.end] == U':';
    return where.size() > 0 && begins_word(text, where.begin) && (before_colon || ends_word(text, where.end));
}

std::size_t end_of_word(const folded_text& text, std::size_t begin) {
    auto end = begin + 1;
    while (end < text.size() && end - begin < longest_group && !ends_word(text, end)) ++end;
    return end;
}

std::size_t size_until(std::u32string_view text, std::u32string_view delimiter) {
    if (!delimiter.empty()) text = text.substr(0, text.find(delimiter));
    return static_cast<std::size_t>(std::ranges::find_if(text, is_bracket) - text.begin());
}

std::size_t size_since(std::u32string_view text, std::u32string_view delimiter) {
    const auto at = delimiter.empty() ? text.npos : text.rfind(delimiter);
    if (at != text.npos) text.remove_prefix(at + delimiter.size());
    const auto last = std::find_if(text.rbegin(), text.rend(), is_bracket);
    return static_cast<std::size_t>(last - text.rbegin());
}

std::vector<span> pieces_of(const folded_text& text) {
    std::vector<span> pieces;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.points.find_first_of(U",;", begin), text.size());
        if (end > begin) pieces.push_back({begin, end});
        begin = end + 1;
    }
    return pieces;
}

std::vector<span> words_in(const folded_text& text, span piece) {
    std::vector<span> words;
    for (auto begin = piece.begin; begin < piece.end;) {
        auto end = begin;
        while (end < piece.end && is_word_point(text.points[end]) && (end == begin || !text.after_space(end))) ++end;
        if (end > begin) words.push_back({begin, end});
        begin = std::max(end, begin + 1);
    }
    return words;
}

} // namespace sealgate::policy
