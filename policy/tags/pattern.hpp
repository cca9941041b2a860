// Where tags stand in a Subject as the policy's patterns want them: exact matches in folded text.
//
// A side of a pattern without a delimiter, or whose delimiter is a letter, needs a word's end there:
// "TLP:AMBER" does not stand in "TLP:AMBER+STRICT", nor "secret:" in "top-secret:". Of matches within each
// other the longest holds.
// Tested by tags/reader_test.
#pragma once

#include "policy/base/fold.hpp"
#include "policy/rules/policy.hpp"
#include "policy/tags/words.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct tag_pattern {
    subject_pattern spelled;
    std::u32string before; // folded; empty: an open side
    std::u32string after;

    // Where `before` holds letters ("TLP:", "[SEC="): these letters, and each tag behind them. Such a pattern
    // names its scheme, so that "TLP RED" and "TPL:RED" can be recognised, and an unknown "TLP:PURPLE" too.
    std::u32string scheme;
    std::vector<tag_word> claims;

    std::string written(const tag_word& tag) const { return spelled.before + tag.spelled + spelled.after; }
};

// Patterns whose delimiters fold to nothing are left out.
std::vector<tag_pattern> tag_patterns(const policy& rules, const std::vector<tag_word>& tags);

// Indices of folded code points, end exclusive.
struct span {
    std::size_t begin = 0;
    std::size_t end = 0;

    std::size_t size() const { return end - begin; }
    bool overlaps(const span& other) const { return begin < other.end && other.begin < end; }
};

struct tag_match {
    span where; // delimiters included
    const tag_word* tag = nullptr;
};

// In order of appearance; the pointers are into `tags`. Linear in the text for a given policy.
std::vector<tag_match> match_tags(const folded_text& text, const std::vector<tag_pattern>& patterns,
                                  const std::vector<tag_word>& tags);

// Whether a word can begin, or end, at this place of the text: no letter, and no hyphen or the like that ties
// it to a letter, stands on the other side without white space.
bool word_can_begin(const folded_text& text, std::size_t at);
bool word_can_end(const folded_text& text, std::size_t at);

// All places of a piece of text, overlapping ones too. The piece is not empty.
std::vector<std::size_t> places_of(std::u32string_view piece, const folded_text& text);

} // namespace sealgate::policy
