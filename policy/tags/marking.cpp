#include "policy/tags/marking.hpp"

#include "policy/base/text.hpp"
#include "policy/tags/idioms.hpp"
#include "policy/tags/look_alike.hpp"
#include "policy/tags/region.hpp"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>

namespace sealgate::policy {

namespace {

constexpr std::size_t longest_head = 200; // code points
constexpr std::size_t longest_prefix = 20, longest_short_prefix = 3;
constexpr std::size_t longest_tag = 40;
constexpr std::size_t longest_phrase = 40, longest_tail = 60;
constexpr std::size_t most_qualifiers = 4;
constexpr std::u32string_view signs = U"*#!=~_>+|•·–—-";
constexpr std::u32string_view setting_off = U":：|!！;；";
constexpr std::u32string_view colons = U":：|";
constexpr std::u32string_view dashes = U"-–—―−‐";
constexpr std::u32string_view spaced_signs = U"/•·→>~="; // set off like a dash; in "secret/path" and "secret=x" they do not

// What mail programs put before a Subject, in several words.
constexpr auto long_prefixes = std::to_array<std::u32string_view>(
    {U"automaticreply:", U"automatischeantwort:", U"réponseautomatique:", U"respuestaautomática:", U"rispostaautomatica:",
     U"respostaautomática:", U"automatischantwoord:", U"autosvar:", U"outofoffice:", U"автоматическийответ:"});

class head {
public:
    head(const folded_text& text, std::string_view source, const std::vector<const tag_word*>& tags, effort& left)
        : text_(text)
        , points_(text.points)
        , source_(source)
        , tags_(tags)
        , left_(left) {}

    // Behind each prefix and bracket something may begin: "Re: x: CONFIDENTIAL" has no marking, "Re: CONFIDENTIAL" has.
    std::optional<marking> find() {
        for (std::size_t at = 0; at < std::min(points_.size(), longest_head) && !left_.spent;) {
            const auto word = behind_signs(at);
            if (const auto found = marking_from(at, word)) return found;
            if (const auto found = marking_in_phrase(word)) return found;
            if (word == points_.size()) break;
            const auto next = behind_bracket(word).value_or(behind_prefix(word));
            if (next <= at) break;
            at = next;
        }
        return marking_at_tail();
    }

private:
    // Pictures, arrows and quotation marks are passed over, too, but mark nothing.
    std::size_t behind_signs(std::size_t at) const {
        const auto is_sign = [](char32_t c) {
            return !is_word_point(c) && !is_pictured_letter(c) && bracket_of(c) == bracket::none;
        };
        while (at < points_.size() && (signs.contains(points_[at]) || is_sign(points_[at]))) ++at;
        return at;
    }

    std::optional<marking> marking_from(std::size_t begin, std::size_t word) {
        if (word >= points_.size() || !begins_word(text_, word)) return std::nullopt;
        const bool is_signed = points_.substr(begin, word - begin).find_first_of(signs) != points_.npos;
        auto start = word;
        for (std::size_t i = 0; i <= most_qualifiers; ++i) {
            if (const auto found = marking_of(begin, start, is_signed)) return found;
            const auto next = behind_qualifier(start);
            if (!next) break;
            start = *next;
        }
        return std::nullopt;
    }

    std::optional<marking> marking_of(std::size_t begin, std::size_t word, bool is_signed) {
        const auto limit = std::min(points_.size(), word + longest_tag);
        if (word >= limit || !left_.take_candidate()) return std::nullopt;
        const auto region = region_of(text_, {word, limit});
        for (auto end = limit; end > word; --end) {
            if (!ends_word(text_, end) && !is_set_off(end)) continue;
            if (!is_signed && !is_set_off(end) && !is_upper({word, end})) continue;
            if (is_set_phrase(text_, {word, end})) continue;
            if (const auto* tag = same_as(region.piece(word, end)))
                return marking{.where = {begin, end}, .word = {word, end}, .tag = tag};
        }
        return std::nullopt;
    }

    const tag_word* same_as(const candidate& word) {
        const tag_word* out = nullptr;
        for (const auto* tag : tags_)
            if ((out == nullptr || tag->classification > out->classification) &&
                slips_between(word, *tag, forgive::none, left_) == 0U)
                out = tag;
        return out;
    }

    // "STRICTLY PRIVATE & CONFIDENTIAL", "top-confidential": the place behind the first of such words.
    std::optional<std::size_t> behind_qualifier(std::size_t at) const {
        auto end = at;
        while (end < points_.size() && is_word_point(points_[end]) && (end == at || !text_.after_space(end))) ++end;
        if (!is_qualifier(points_.substr(at, end - at))) return std::nullopt;
        constexpr std::u32string_view joints = U"&+/,-‐‑";
        while (end < points_.size() && joints.contains(points_[end])) ++end;
        return end < points_.size() && is_word_point(points_[end]) ? std::optional(end) : std::nullopt;
    }

    // "NATO SECRET: x", "HR-CONFIDENTIAL - x": in capitals up to a colon or dash, and the tag at its end.
    std::optional<marking> marking_in_phrase(std::size_t begin) {
        auto end = begin;
        while (end < points_.size() && !is_end_of_phrase(end)) {
            if (end - begin == longest_phrase || bracket_of(points_[end]) != bracket::none) return std::nullopt;
            ++end;
        }
        if (end == points_.size() || end == begin || !is_upper({begin, end})) return std::nullopt;
        const auto region = region_of(text_, {begin, end});
        for (auto word = begin; word < end; ++word) {
            const bool begins = text_.after_space(word) || (word > begin && !is_word_point(points_[word - 1]));
            if (!begins || is_taken_back(text_, source_, word) || is_set_phrase(text_, {word, end})) continue;
            if (!left_.take_candidate()) return std::nullopt;
            if (const auto* tag = same_as(region.piece(word, end)))
                return marking{.where = {word, end}, .word = {word, end}, .tag = tag};
        }
        return std::nullopt;
    }

    // "Board minutes - CONFIDENTIAL"
    std::optional<marking> marking_at_tail() {
        auto end = points_.size();
        while (end > 0 && !is_word_point(points_[end - 1]) && bracket_of(points_[end - 1]) == bracket::none) --end;
        const auto limit = end > longest_tail ? end - longest_tail : 0;
        auto word = end;
        while (word > limit && !is_spaced_dash(word - 1)) --word;
        if (word <= limit || word == end || !is_upper({word, end})) return std::nullopt;
        while (const auto next = behind_qualifier(word)) word = *next;
        if (word >= end || !left_.take_candidate()) return std::nullopt;
        const auto* tag = same_as(region_of(text_, {word, end}).piece(word, end));
        return tag == nullptr ? std::nullopt : std::optional(marking{.where = {word, end}, .word = {word, end}, .tag = tag});
    }

    bool is_spaced(std::size_t at) const {
        return text_.after_space(at) || (at + 1 < points_.size() && text_.after_space(at + 1));
    }
    bool is_spaced_dash(std::size_t at) const { return dashes.contains(points_[at]) && is_spaced(at); }
    bool is_end_of_phrase(std::size_t at) const { return colons.contains(points_[at]) || is_spaced_dash(at); }

    // By what follows, be it the end. A hyphen without a space around it ties.
    bool is_set_off(std::size_t end) const {
        if (end == points_.size() || (end + 1 == points_.size() && points_[end] == U'.')) return true;
        if (setting_off.contains(points_[end]) || is_spaced_dash(end)) return true;
        if (spaced_signs.contains(points_[end]) && is_spaced(end)) return true;
        const auto behind = behind_bracket(end); // "Confidential (HR): x"
        return behind && *behind < points_.size() && is_end_of_phrase(*behind);
    }

    // As it was written; letters of scripts without capitals do not shout.
    bool is_upper(span word) const {
        const auto begin = text_.origins[word.begin].begin, end = text_.origins[word.end - 1].end;
        bool any = false;
        for (const auto c : text::decode_utf8(source_.substr(begin, end - begin))) {
            if (u_islower(static_cast<UChar32>(c)) != 0) return false;
            any = any || u_isupper(static_cast<UChar32>(c)) != 0;
        }
        return any;
    }

    std::optional<std::size_t> behind_bracket(std::size_t at) const {
        if (bracket_of(points_[at]) != bracket::open) return std::nullopt;
        std::size_t depth = 0;
        for (auto i = at; i < std::min(points_.size(), at + longest_head); ++i) {
            const auto kind = bracket_of(points_[i]);
            if (kind == bracket::open) ++depth;
            if (kind == bracket::close && --depth == 0) return i + 1;
        }
        return std::nullopt;
    }

    // "Re:", "AW:", "Antwort (2):", "RE[2]:", "答复：", "Re;", "Reminder -"; 0 where there is none. One word, but for what
    // programs write, so that what others write is not passed over.
    std::size_t behind_prefix(std::size_t at) const {
        for (const auto prefix : long_prefixes)
            if (points_.substr(at).starts_with(prefix)) return at + prefix.size();
        for (auto i = at; i < std::min(points_.size(), at + longest_prefix); ++i) {
            if (points_[i] == U':' || points_[i] == U'：' || (i > at && is_spaced_dash(i))) return i + 1;
            if (points_[i] == U';' && i > at && i - at <= longest_short_prefix) return i + 1;
            const bool is_part = is_word_point(points_[i]) || bracket_of(points_[i]) != bracket::none;
            const bool is_new_word = i > at && text_.after_space(i) && is_word_point(points_[i]);
            if (!is_part || is_new_word) return 0;
        }
        return 0;
    }

    const folded_text& text_;
    std::u32string_view points_;
    std::string_view source_;
    const std::vector<const tag_word*>& tags_;
    effort& left_;
};

} // namespace

std::optional<marking> marking_of_subject(const folded_text& text, std::string_view source,
                                          const std::vector<const tag_word*>& tags, effort& left) {
    return tags.empty() ? std::nullopt : head(text, source, tags, left).find();
}

} // namespace sealgate::policy
