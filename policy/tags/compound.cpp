#include "policy/tags/compound.hpp"

#include "policy/base/text.hpp"
#include "policy/tags/idioms.hpp"
#include "policy/tags/language_words.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

constexpr std::u32string_view ties = U"-_=./:&+,;|#*!?~%\"'‐‑‒–—−";
constexpr std::size_t fewest_letters = 6;     // of a tag that is known by its beginning, or at the end of a longer word
constexpr std::size_t longest_beginning = 12; // of a longer word, before the tag

bool is_year(std::string_view digits) { return digits.size() == 4 && (digits.starts_with("19") || digits.starts_with("20")); }

// Between ties and white space.
struct component {
    span where;
    bool is_tied_before = false;
};

class compound {
public:
    compound(const folded_text& text, std::string_view source, const region& piece, const std::vector<const tag_word*>& tags,
             forgive how_much, effort& left)
        : text_(text)
        , source_(source)
        , piece_(piece)
        , tags_(tags)
        , how_much_(how_much)
        , left_(left) {
        split();
    }

    const tag_word* tag() {
        const tag_word* out = nullptr;
        for (std::size_t i = 0; i < components_.size() && !left_.spent; ++i) {
            const auto where = components_[i].where;
            const bool is_meant =
                !is_taken_back(text_, source_, where.begin) && !is_of_a_list(i) && !is_set_phrase(text_, where);
            const auto* found = is_meant ? tag_in(where) : nullptr;
            if (found != nullptr && (out == nullptr || found->classification > out->classification)) out = found;
        }
        return out;
    }

private:
    void split() {
        bool tied = false;
        for (auto i = piece_.where.begin; i < piece_.where.end; ++i) {
            const bool is_tie = ties.contains(text_.points[i]);
            const bool begins = !is_tie && (components_.empty() || components_.back().where.end != i || text_.after_space(i));
            if (begins) components_.push_back({.where = {i, i}, .is_tied_before = tied && !text_.after_space(i)});
            if (!is_tie) components_.back().where.end = i + 1;
            tied = is_tie;
        }
    }

    std::u32string_view folded(span where) const { return std::u32string_view(text_.points).substr(where.begin, where.size()); }

    bool is_of_a_list(std::size_t i) const {
        return i + 1 < components_.size() && components_[i + 1].is_tied_before &&
               names_a_list(folded(components_[i + 1].where));
    }

    const tag_word* tag_in(span where) {
        if (!left_.take_candidate()) return nullptr;
        if (const auto* whole = same_as(where)) return whole;
        if (const auto* numbered = same_as(without_digits(where))) return numbered;
        if (const auto* shortened = beginning_with(where)) return shortened;
        return ending_with(where);
    }

    const tag_word* same_as(span where) {
        if (where.size() == 0) return nullptr;
        const auto word = piece_.piece(where.begin, where.end);
        const auto is_it = [&](const tag_word* tag) {
            if (slips_between(word, *tag, how_much_, left_)) return true;
            return how_much_ != forgive::none && is_inflection(word.folded, *tag);
        };
        return most_sensitive(is_it);
    }

    // Empty where there are none, or nothing else.
    span without_digits(span where) const {
        auto out = where;
        while (out.size() > 0 && is_ascii_digit(text_.points[out.end - 1])) --out.end;
        while (out.size() > 0 && is_ascii_digit(text_.points[out.begin])) ++out.begin;
        return out.size() == where.size() ? span{} : out;
    }

    // "confid."
    const tag_word* beginning_with(span where) {
        const bool is_shortened = where.end < piece_.where.end && text_.points[where.end] == U'.';
        const auto word = folded(where);
        if (!is_shortened || word.size() < fewest_letters) return nullptr;
        return most_sensitive([&](const tag_word* tag) { return tag->folded.starts_with(word); });
    }

    // "topsecret"
    const tag_word* ending_with(span where) {
        const auto word = folded(where);
        if (word.size() <= fewest_letters || is_ordinary_word(word)) return nullptr;
        return most_sensitive([&](const tag_word* tag) {
            if (tag->folded.size() < fewest_letters || !word.ends_with(tag->folded)) return false;
            const auto before = word.substr(0, word.size() - tag->folded.size());
            return before.size() <= longest_beginning && std::ranges::all_of(before, is_word_point) && !takes_back(before) &&
                   before != U"in";
        });
    }

    const tag_word* most_sensitive(const auto& is_it) const {
        const tag_word* out = nullptr;
        for (const auto* tag : tags_)
            if ((out == nullptr || tag->classification > out->classification) && is_it(tag)) out = tag;
        return out;
    }

    const folded_text& text_;
    std::string_view source_;
    const region& piece_;
    const std::vector<const tag_word*>& tags_;
    forgive how_much_;
    effort& left_;
    std::vector<component> components_;
};

} // namespace

const tag_word* tied_tag(const folded_text& text, std::string_view source, const region& piece,
                         const std::vector<const tag_word*>& tags, forgive how_much, effort& left) {
    if (piece.where.size() == 0) return nullptr;
    const auto begin = text.origins[piece.where.begin].begin, end = text.origins[piece.where.end - 1].end;
    if (is_ticket_key(source.substr(begin, end - begin))) return nullptr;
    return compound(text, source, piece, tags, how_much, left).tag();
}

bool is_ticket_key(std::string_view written) {
    const auto is_upper = [](char c) { return (c >= 'A' && c <= 'Z') || c == '_' || text::is_digit(c); };
    const auto dash = written.rfind('-');
    if (dash == written.npos || dash < 2 || !(written.front() >= 'A' && written.front() <= 'Z')) return false;
    const auto number = written.substr(dash + 1);
    return std::ranges::all_of(written.substr(0, dash), is_upper) && !number.empty() &&
           std::ranges::all_of(number, text::is_digit) && !is_year(number);
}

} // namespace sealgate::policy
