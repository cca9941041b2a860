#include "policy/tags/words.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/encoded_word.hpp"
#include "policy/tags/look_alike.hpp"

#include <algorithm>
#include <iterator>

namespace sealgate::policy {
namespace {

std::size_t slips_for(std::u32string_view folded) {
    const auto letters = std::ranges::count_if(folded, is_word_point);
    return letters >= 8 ? 2 : letters >= 4 ? 1 : 0;
}

std::size_t allowed(const tag_word& tag, forgive how_much) {
    return how_much == forgive::slips ? tag.slips_forgiven : tag.slips_forgiven / 2;
}

bool sizes_within(std::u32string_view a, std::u32string_view b, std::size_t most) {
    return std::max(a.size(), b.size()) - std::min(a.size(), b.size()) <= most;
}

std::size_t distance_within(std::u32string_view a, std::u32string_view b, std::size_t most) {
    return sizes_within(a, b, most) ? text::distance(a, b) : most + 1;
}

// A number is no misspelt word.
bool has_letter(std::u32string_view folded) {
    return std::ranges::any_of(
        folded, [](char32_t c) { return (is_word_point(c) && !(c >= U'0' && c <= U'9')) || is_pictured_letter(c); });
}

// Ordinary words of subjects that lie one slip from tags in use ("interne", "internal").
bool is_another_word(std::u32string_view folded) {
    constexpr std::u32string_view others[] = {U"internet", U"interval"};
    return std::ranges::find(others, folded) != std::end(others);
}

} // namespace

tag_word make_tag_word(std::string_view spelled, rank classification) {
    auto folded = fold(bytes_as_utf8(spelled)).points;
    auto form = look_alike(folded).form;
    const auto slips = slips_for(folded);
    return {.spelled = std::string(spelled),
            .classification = classification,
            .folded = std::move(folded),
            .form = std::move(form),
            .slips_forgiven = slips};
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

std::optional<std::size_t> slips_between(const candidate& word, const tag_word& tag, forgive how_much, effort& left) {
    const auto most = allowed(tag, how_much);
    if (word.form.empty() || tag.form.empty()) return std::nullopt;
    if (!sizes_within(word.folded, tag.folded, most) && !sizes_within(word.form, tag.form, most)) return std::nullopt;
    if (!left.take_comparison() || !has_letter(word.folded)) return std::nullopt;
    if (word.form == tag.form) return 0;
    if (most == 0 || is_another_word(word.folded)) return std::nullopt;
    const auto slips = std::min(distance_within(word.folded, tag.folded, most), distance_within(word.form, tag.form, most));
    const bool first_letter_right = word.form.front() == tag.form.front();
    if (slips > most || (slips > 1 && !first_letter_right)) return std::nullopt;
    return std::max<std::size_t>(slips, 1);
}

std::optional<nearest_tag> nearest_to(const candidate& word, const std::vector<tag_word>& tags, forgive how_much,
                                      effort& left) {
    std::optional<nearest_tag> best;
    for (const auto& tag : tags) {
        const auto slips = slips_between(word, tag, how_much, left);
        if (slips && (!best || *slips <= best->slips)) best = {.tag = &tag, .slips = *slips};
    }
    return best;
}

} // namespace sealgate::policy
