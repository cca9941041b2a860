#include "policy/tags/lexicon.hpp"

#include "policy/base/fold.hpp"
#include "policy/mail/encoded_word.hpp"

#include <algorithm>
#include <ranges>

namespace sealgate::policy {

namespace {

std::vector<tag_word> sensitivity_words(const policy& rules) {
    std::vector<tag_word> words;
    for (const auto& [value, classification] : rules.carriers.sensitivity)
        words.push_back(make_tag_word(value, classification));
    std::ranges::stable_sort(words, {}, &tag_word::classification);
    return words;
}

std::vector<std::u32string> ordinary_words(const policy& rules) {
    std::vector<std::u32string> words;
    for (const auto& word : rules.near_miss_except) words.push_back(fold(bytes_as_utf8(word)).points);
    std::ranges::sort(words);
    return words;
}

} // namespace

tag_lexicon::tag_lexicon(const policy& rules)
    : tags(tag_words(rules))
    , others(other_words(tags))
    , sensitivity(sensitivity_words(rules))
    , patterns(tag_patterns(rules, tags))
    , ordinary(ordinary_words(rules))
    , untagged(rules.untagged) {
    for (const auto* words : {&tags, &others})
        for (const auto& tag : *words)
            if (is_sensitive(tag)) sensitive.push_back(&tag);
    for (const auto& tag : tags) longest = std::max(longest, tag.folded.size());
}

bool tag_lexicon::is_ordinary_here(std::u32string_view folded) const { return std::ranges::binary_search(ordinary, folded); }

const tag_word* tag_lexicon::sensitivity_with_part(std::u32string_view folded) const {
    if (folded.empty()) return nullptr;
    for (const auto& value : std::views::reverse(sensitivity)) {
        const std::u32string_view whole = value.folded;
        const auto at = whole.find(folded);
        if (at == whole.npos) continue;
        const auto end = at + folded.size();
        if ((at == 0 || whole[at - 1] == U'-') && (end == whole.size() || whole[end] == U'-')) return &value;
    }
    return nullptr;
}

std::shared_ptr<const tag_lexicon> lexicon_of(const policy& rules) {
    return rules.lexicon ? rules.lexicon : std::make_shared<const tag_lexicon>(rules);
}

} // namespace sealgate::policy
