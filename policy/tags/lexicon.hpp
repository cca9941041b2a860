// What a policy wants to be found in mail, made ready for comparing once and not for each mail: its tags, how other languages
// say them, its patterns, the words of Sensitivity, and the words that are ordinary in this house.
// Tested by tags/reader_test and near_miss_test.
#pragma once

#include "policy/rules/policy.hpp"
#include "policy/tags/pattern.hpp"
#include "policy/tags/words.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct tag_lexicon {
    explicit tag_lexicon(const policy& rules);
    tag_lexicon(const tag_lexicon&) = delete; // it points into itself
    tag_lexicon& operator=(const tag_lexicon&) = delete;

    bool is_sensitive(const tag_word& tag) const { return !untagged || tag.classification > *untagged; }
    // near_miss_except.
    bool is_ordinary_here(std::u32string_view folded) const;
    // Some programs say "Confidential" where the standard has "Company-Confidential". Null: none.
    const tag_word* sensitivity_with_part(std::u32string_view folded) const;

    std::vector<tag_word> tags;        // the policy's own, least sensitive first
    std::vector<tag_word> others;      // other_words(tags)
    std::vector<tag_word> sensitivity; // spelled as the policy's keys, least sensitive first
    std::vector<tag_pattern> patterns;
    std::vector<std::u32string> ordinary;   // folded and sorted
    std::optional<rank> untagged;           // what an untagged mail counts as
    std::vector<const tag_word*> sensitive; // of tags and others: more so than an untagged mail
    std::size_t longest = 0;                // code points of a tag
};

// The one that was made when the policy was loaded, or else a new one.
std::shared_ptr<const tag_lexicon> lexicon_of(const policy& rules);

} // namespace sealgate::policy
