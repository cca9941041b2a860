#include "policy/labels/tlp.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace sealgate::policy {
namespace {

constexpr std::u32string_view tlp_start = U"tlp";

bool is_colour(std::u32string_view word) {
    constexpr auto colours =
        std::to_array<std::u32string_view>({U"red", U"amber", U"amber+strict", U"green", U"clear", U"white"});
    return std::ranges::find(colours, word) != colours.end();
}

std::string colour_named(std::u32string_view word) { return word == U"white" ? "clear" : text::encode_utf8(word); }

bool is_joint(char32_t c) { return std::u32string_view(U"+-_/&").contains(c); }

// Where the word that begins there ends.
std::size_t end_of_run(const folded_text& text, std::size_t begin) {
    auto end = begin;
    while (end < text.size() && is_word_point(text.points[end]) && (end == begin || !text.after_space(end))) ++end;
    return end;
}

struct tlp_word {
    std::u32string value;
    std::size_t end;
};

// What stands behind "TLP:".
tlp_word word_at(const folded_text& text, std::size_t begin) {
    const std::u32string_view points = text.points;
    auto end = end_of_run(text, begin);
    std::u32string value(points.substr(begin, end - begin));
    if (value != U"amber") return {std::move(value), end};
    auto next = end;
    while (next < points.size() && is_joint(points[next])) ++next;
    const auto behind = end_of_run(text, next);
    if (points.substr(next, behind - next) == U"strict") return {U"amber+strict", behind};
    return {std::move(value), end};
}

// The label that begins with "tlp" there, if one does; a place in the folded text.
struct tlp_match {
    std::u32string value;
    std::size_t end;
    bool malformed;
};

std::optional<tlp_match> match_at(const folded_text& text, std::size_t at) {
    const std::u32string_view points = text.points;
    if (at > 0 && is_word_point(points[at - 1]) && !text.after_space(at)) return std::nullopt;
    auto next = at + tlp_start.size();
    if (next == points.size()) return std::nullopt;
    const bool has_colon = points[next] == U':';
    if (has_colon || is_joint(points[next]) || points[next] == U'=')
        ++next;
    else if (!text.after_space(next))
        return std::nullopt;
    auto word = word_at(text, next);
    if (word.value.empty() || (!has_colon && !is_colour(word.value))) return std::nullopt;
    return tlp_match{.value = std::move(word.value), .end = word.end, .malformed = !has_colon};
}

// Without "TLP:" in front, and with AMBER+STRICT however it is joined.
std::u32string whole_value(std::u32string_view folded) {
    constexpr std::u32string_view prefix = U"tlp:", amber = U"amber", strict = U"strict";
    if (folded.starts_with(prefix)) folded.remove_prefix(prefix.size());
    const bool both = folded.starts_with(amber) && folded.ends_with(strict) && folded.size() >= amber.size() + strict.size();
    if (both && std::ranges::all_of(folded.substr(amber.size(), folded.size() - amber.size() - strict.size()), is_joint))
        return U"amber+strict";
    return std::u32string(folded);
}

} // namespace

std::vector<placed_label> tlp_labels_in(std::string_view subject) {
    const auto text = fold(subject);
    const std::u32string_view points = text.points;
    std::vector<placed_label> out;
    for (auto at = points.find(tlp_start); at != points.npos; at = points.find(tlp_start, at)) {
        const auto begin = std::exchange(at, at + tlp_start.size());
        const auto found = match_at(text, begin);
        if (!found) continue;
        const auto first = text.origins[begin].begin;
        const auto last = text.origins[found->end - 1].end;
        out.push_back({.what = {.text = std::string(subject.substr(first, last - first)),
                                .values = {colour_named(found->value)},
                                .malformed = found->malformed},
                       .begin = first,
                       .end = last});
        at = found->end;
    }
    return out;
}

std::vector<label> read_tlp(std::string_view utf8) {
    std::vector<label> out;
    std::string listed(utf8);
    std::ranges::replace(listed, ';', ',');
    for (const auto piece : text::split(listed, ',')) {
        const auto value = whole_value(fold(piece).points);
        if (!value.empty()) out.push_back({.text = std::string(text::trim(piece)), .values = {colour_named(value)}});
    }
    return out;
}

} // namespace sealgate::policy
