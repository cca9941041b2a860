#include "policy/labels/tlp.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace sealgate::policy {
namespace {

constexpr std::u32string_view tlp_start = U"tlp";

// Between "TLP" and its colour: one colon, and what people write for it.
bool is_separator(char32_t c) { return std::u32string_view(U":=.+-_/&–—−‐\"'“”„([").contains(c); }

bool is_colour(std::u32string_view word) {
    constexpr auto colours =
        std::to_array<std::u32string_view>({U"red", U"amber", U"amber+strict", U"green", U"clear", U"white"});
    return std::ranges::find(colours, word) != colours.end();
}

std::string colour_named(std::u32string_view word) { return word == U"white" ? "clear" : text::encode_utf8(word); }

// "AMBER+STRICT", "AMBER – STRICT".
bool is_joint(char32_t c) { return std::u32string_view(U"+-_/&–—−‐").contains(c); }

// By which a word is tied to a colour where no white space follows.
bool is_tie(char32_t c) { return is_joint(c) || std::u32string_view(U":.|").contains(c); }

// Where the word that begins there ends.
std::size_t end_of_run(const folded_text& text, std::size_t begin) {
    auto end = begin;
    while (end < text.size() && is_word_point(text.points[end]) && (end == begin || !text.after_space(end))) ++end;
    return end;
}

struct tlp_word {
    std::u32string value;
    std::size_t end;
    std::u32string second = {}; // another colour that is tied to it
    bool malformed = false;
};

constexpr std::u32string_view amber = U"amber", strict = U"strict", amber_strict = U"amber+strict";

bool is_nearly_strict(std::u32string_view word) { return text::distance(word.substr(0, 2 * strict.size()), strict) <= 1; }

// A word behind a colour, tied to it or in brackets, or just behind it.
struct word_behind {
    bool bracketed;
    std::size_t begin, end;
};

word_behind read_word_behind(const folded_text& text, std::size_t colour_end) {
    const std::u32string_view points = text.points;
    auto next = colour_end;
    while (next < points.size() && is_tie(points[next])) ++next;
    const bool bracketed = next == colour_end && next < points.size() && bracket_of(points[next]) == bracket::open;
    if (bracketed) ++next;
    return {.bracketed = bracketed, .begin = next, .end = end_of_run(text, next)};
}

// AMBER with "STRICT" behind it, joined or in brackets: where that ends.
std::optional<std::size_t> end_of_strict(const folded_text& text, std::size_t begin) {
    const std::u32string_view points = text.points;
    const auto [bracketed, next, end] = read_word_behind(text, begin);
    if (points.substr(next, end - next) != strict) return std::nullopt;
    if (!bracketed) return end;
    const bool closed = end < points.size() && bracket_of(points[end]) == bracket::close;
    return closed ? std::optional(end + 1) : std::nullopt;
}

// What is tied to a colour may say more than the colour does.
void read_behind(const folded_text& text, tlp_word& colour) {
    const std::u32string_view points = text.points;
    const auto begin = colour.end;
    auto [bracketed, next, end] = read_word_behind(text, begin);
    const bool listed = next == begin && next < points.size() && points[next] == U',';
    if (listed) end = end_of_run(text, ++next);
    const auto word = points.substr(next, end - next);
    const bool spaced = begin < points.size() && (text.after_space(begin) || (next < points.size() && text.after_space(next)));
    const bool added = begin < points.size() && points[begin] == U'+';
    const bool tied = !spaced && next > begin && !word.empty() && (!listed || is_colour(word));
    colour.malformed = added || tied || (colour.value == amber && !listed && !word.empty() && is_nearly_strict(word));
    if (colour.malformed && is_colour(word)) colour.second = word;
    if (colour.malformed) colour.end = std::max(end, begin);
}

// What stands behind "TLP:".
tlp_word word_at(const folded_text& text, std::size_t begin) {
    const std::u32string_view points = text.points;
    const auto end = end_of_run(text, begin);
    tlp_word out{.value = std::u32string(points.substr(begin, end - begin)), .end = end};
    if (!is_colour(out.value)) return out;
    if (const auto behind = out.value == amber ? end_of_strict(text, end) : std::nullopt)
        out = {.value = std::u32string(amber_strict), .end = *behind};
    read_behind(text, out);
    return out;
}

// "TLP", or nearly.
struct tlp_name {
    std::size_t begin;
    bool exact;
};

// With two letters swapped, or with one of another script for one of them.
bool is_nearly_tlp(std::u32string_view letters) {
    std::size_t others = 0;
    for (std::size_t i = 0; i < letters.size(); ++i)
        if (letters[i] != tlp_start[i]) others += letters[i] >= 0x80 ? 1 : 2;
    return others <= 1 || letters == U"tpl";
}

std::vector<tlp_name> names_in(const folded_text& text) {
    std::vector<tlp_name> out;
    for (std::size_t i = 0; i + tlp_start.size() < text.size(); ++i) {
        const auto letters = std::u32string_view(text.points).substr(i, tlp_start.size());
        if (!std::ranges::all_of(letters, is_word_point) || !is_nearly_tlp(letters)) continue;
        if (i > 0 && is_word_point(text.points[i - 1]) && !text.after_space(i)) continue;
        out.push_back({.begin = i, .exact = letters == tlp_start});
    }
    return out;
}

// "TLP 2.0:"
std::size_t behind_version(std::u32string_view points, std::size_t at) {
    auto end = at;
    while (end < points.size() && (is_ascii_digit(points[end]) || (end > at && points[end] == U'.'))) ++end;
    return end;
}

// The label that begins with such a name, if one does; a place in the folded text.
struct tlp_match {
    tlp_word what;
    bool malformed;
};

std::optional<tlp_match> match_at(const folded_text& text, const tlp_name& name) {
    constexpr std::size_t most_separators = 4;
    const std::u32string_view points = text.points;
    const auto version = name.begin + tlp_start.size();
    const auto separators = behind_version(points, version);
    auto next = separators;
    while (next < points.size() && next - separators < most_separators && is_separator(points[next])) ++next;
    if (next == points.size() || (next == separators && !text.after_space(next))) return std::nullopt;
    const bool proper = name.exact && version == separators && points.substr(separators, next - separators) == U":";
    auto word = word_at(text, next);
    if (word.value.empty() || (!proper && !is_colour(word.value))) return std::nullopt;
    const bool malformed = !proper || word.malformed;
    return tlp_match{.what = std::move(word), .malformed = malformed};
}

// Without "TLP:" in front, and with AMBER+STRICT however it is joined.
std::u32string whole_value(std::u32string_view folded) {
    constexpr std::u32string_view prefix = U"tlp:";
    if (folded.starts_with(prefix)) folded.remove_prefix(prefix.size());
    const bool both = folded.starts_with(amber) && folded.ends_with(strict) && folded.size() >= amber.size() + strict.size();
    if (both && std::ranges::all_of(folded.substr(amber.size(), folded.size() - amber.size() - strict.size()), is_joint))
        return std::u32string(amber_strict);
    return std::u32string(folded);
}

} // namespace

std::vector<placed_label> tlp_labels_in(std::string_view subject) {
    const auto text = fold(subject);
    std::vector<placed_label> out;
    std::size_t reached = 0;
    for (const auto& name : names_in(text)) {
        if (name.begin < reached) continue;
        const auto found = match_at(text, name);
        if (!found) continue;
        const auto first = text.origins[name.begin].begin;
        const auto last = text.origins[found->what.end - 1].end;
        std::vector<std::string> values{colour_named(found->what.value)};
        if (!found->what.second.empty()) values.push_back(colour_named(found->what.second));
        out.push_back({.what = {.text = std::string(subject.substr(first, last - first)),
                                .values = std::move(values),
                                .malformed = found->malformed},
                       .begin = first,
                       .end = last});
        reached = found->what.end;
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
