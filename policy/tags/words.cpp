#include "policy/tags/words.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/encoded_word.hpp"
#include "policy/tags/language_words.hpp"
#include "policy/tags/look_alike.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <tuple>
#include <utility>

namespace sealgate::policy {
namespace {

std::size_t slips_for(std::u32string_view folded) {
    const auto letters = std::ranges::count_if(folded, is_word_point);
    return letters >= 8 ? 2 : letters >= 4 ? 1 : 0;
}

std::size_t allowed(const tag_word& tag, forgive how_much) {
    switch (how_much) {
    case forgive::none: return 0;
    case forgive::slips: return tag.slips_forgiven;
    case forgive::one_slip: return tag.slips_forgiven / 2;
    }
    std::unreachable();
}

bool sizes_within(std::u32string_view a, std::u32string_view b, std::size_t most) {
    return std::max(a.size(), b.size()) - std::min(a.size(), b.size()) <= most;
}

struct spelling {
    std::u32string_view points;
    std::uint64_t letters;
};

std::size_t distance_within(const spelling& a, const spelling& b, std::size_t most) {
    const auto differing = static_cast<std::size_t>(std::popcount(a.letters ^ b.letters));
    return sizes_within(a.points, b.points, most) && differing <= 2 * most ? text::distance(a.points, b.points) : most + 1;
}

// A number is no misspelt word.
bool has_letter(std::u32string_view folded) {
    return std::ranges::any_of(
        folded, [](char32_t c) { return (is_word_point(c) && !(c >= U'0' && c <= U'9')) || is_pictured_letter(c); });
}

// Of Latin, Greek and Cyrillic letters. What other scripts look like in these is a shape more than a spelling: with slips in it
// half of all short words would be like it.
bool is_alphabetic(std::u32string_view folded) {
    constexpr char32_t behind_cyrillic = U'\u0530';
    return std::ranges::all_of(folded, [](char32_t c) { return c < behind_cyrillic; });
}

// "internal-345", "2026 internal": the number is not the slip.
bool is_numbered(std::u32string_view folded) {
    return !folded.empty() && (is_ascii_digit(folded.front()) || is_ascii_digit(folded.back()));
}

constexpr auto endings = std::to_array<std::u32string_view>(
    {U"e", U"es", U"en", U"em", U"er", U"s",  U"n",  U"a",  U"as",  U"o",  U"os",  U"i", U"t",   U"et", U"le", U"les",
     U"y", U"ý",  U"á",  U"é",  U"í",  U"ou", U"ej", U"ą",  U"ych", U"ým", U"ého", U"и", U"ы",   U"а",  U"я",  U"о",
     U"е", U"ый", U"ий", U"ая", U"ое", U"ые", U"ой", U"ых", U"ым",  U"ую", U"і",   U"а", U"ого", U"ої", U"их", U"ом"});

// Of ASCII alone: whoever writes no accents means a tag without them.
bool is_plain(std::u32string_view folded) {
    return std::ranges::all_of(folded, [](char32_t c) { return c < 0x80; });
}

bool is_vowel(char32_t c) { return std::u32string_view(U"aeiouyáéíóúýаеиоуыэюяі").contains(c); }

std::size_t common_beginning(std::u32string_view one, std::u32string_view other) {
    return static_cast<std::size_t>(std::ranges::mismatch(one, other).in1 - one.begin());
}

} // namespace

std::uint64_t letters_in(std::u32string_view text) {
    constexpr std::uint64_t one = 1;
    std::uint64_t out = 0;
    for (const char32_t c : text) out |= one << (c % 64);
    return out;
}

tag_word make_tag_word(std::string_view spelled, rank classification) {
    auto folded = fold(bytes_as_utf8(spelled)).points;
    auto form = look_alike(folded).form;
    const auto slips = slips_for(folded);
    const auto letters = letters_in(folded), form_letters = letters_in(form);
    return {.spelled = std::string(spelled),
            .classification = classification,
            .folded = std::move(folded),
            .form = std::move(form),
            .slips_forgiven = slips,
            .letters = letters,
            .form_letters = form_letters};
}

std::vector<tag_word> tag_words(const policy& rules) {
    std::vector<tag_word> words;
    for (rank r = 0; r < rules.classifications.size(); ++r)
        for (const auto& tag : rules.classifications[r].tags) {
            auto word = make_tag_word(tag, r);
            if (!word.folded.empty()) words.push_back(std::move(word));
        }
    return words;
}

std::vector<tag_word> other_words(const std::vector<tag_word>& tags) {
    const auto is_own = [&](const language_word& word) {
        return std::ranges::find(tags, word.folded, &tag_word::folded) != tags.end();
    };
    std::vector<tag_word> out;
    for (const auto level : {word_level::open, word_level::internal, word_level::confidential}) {
        const tag_word* meant = nullptr; // the most sensitive that has a word of this level
        for (const auto& tag : tags)
            for (const auto& word : language_words())
                if (word.level == level && word.folded == tag.folded &&
                    (meant == nullptr || tag.classification > meant->classification))
                    meant = &tag;
        if (meant == nullptr) continue;
        for (const auto& word : language_words()) {
            if (word.level != level || is_own(word)) continue;
            auto other = make_tag_word(word.word, meant->classification);
            other.spelled = meant->spelled;
            other.slips_forgiven = 0;
            out.push_back(std::move(other));
        }
    }
    std::ranges::stable_sort(out, {}, &tag_word::classification);
    return out;
}

effort share_of(effort& all, const effort& most) {
    const auto take = [&](std::size_t effort::*what) {
        const auto taken = std::min(all.*what, most.*what);
        all.*what -= taken;
        return taken;
    };
    return {.candidates = take(&effort::candidates),
            .comparisons = take(&effort::comparisons),
            .reorderings = take(&effort::reorderings),
            .guesses = take(&effort::guesses)};
}

void give_back(effort& all, const effort& left) {
    for (auto what : {&effort::candidates, &effort::comparisons, &effort::reorderings, &effort::guesses})
        all.*what += left.*what;
}

std::optional<std::size_t> slips_between(const candidate& word, const tag_word& tag, forgive how_much, effort& left) {
    const auto most = allowed(tag, how_much);
    if (word.form.empty() || tag.form.empty()) return std::nullopt;
    if (!sizes_within(word.folded, tag.folded, most) && !sizes_within(word.form, tag.form, most)) return std::nullopt;
    if (!left.take_comparison() || !has_letter(word.folded)) return std::nullopt;
    if (word.form == tag.form && (word.folded == tag.folded || !is_ordinary_word(word.folded))) return 0;
    if (most == 0 || is_numbered(word.folded) || is_ordinary_word(word.folded)) return std::nullopt;
    auto slips = distance_within({word.folded, word.letters}, {tag.folded, tag.letters}, most);
    if (is_alphabetic(tag.folded))
        slips = std::min(slips, distance_within({word.form, word.form_letters}, {tag.form, tag.form_letters}, most));
    const bool first_letter_right = word.form.front() == tag.form.front();
    if (slips > most || (slips > 1 && !first_letter_right)) return std::nullopt;
    return std::max<std::size_t>(slips, 1);
}

bool is_inflection(std::u32string_view folded, const tag_word& tag) {
    constexpr std::size_t fewest_letters = 5; // of a tag that changes its last vowel
    const std::u32string_view whole = tag.folded;
    const auto ends_otherwise = [&](std::u32string_view stem) {
        return folded.starts_with(stem) && std::ranges::find(endings, folded.substr(stem.size())) != endings.end();
    };
    if (whole.size() + 1 < fewest_letters || folded == whole) return false;
    const bool changes = whole.size() >= fewest_letters && is_vowel(whole.back());
    return (ends_otherwise(whole) || (changes && ends_otherwise(whole.substr(0, whole.size() - 1)))) &&
           !is_ordinary_word(folded);
}

std::optional<nearest_tag> nearest_to(const candidate& word, const std::vector<tag_word>& tags, forgive how_much,
                                      effort& left) {
    const auto rank_of = [&](const nearest_tag& one) {
        return std::tuple(-static_cast<std::ptrdiff_t>(one.slips), one.tag->classification,
                          common_beginning(word.folded, one.tag->folded), is_plain(word.folded) == is_plain(one.tag->folded));
    };
    std::optional<nearest_tag> best;
    for (const auto& tag : tags) {
        const auto slips = slips_between(word, tag, how_much, left);
        if (!slips) continue;
        const nearest_tag found{.tag = &tag, .slips = *slips};
        if (!best || rank_of(found) > rank_of(*best)) best = found;
    }
    return best;
}

} // namespace sealgate::policy
