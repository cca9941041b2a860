// What nearly is a tag in a Subject, though no exact tag stands there.
//
// A word counts where something sets it off: the policy's own delimiters, or one of them; then slips of the pen and look-alikes
// are forgiven (tag_words), and a word of another language means the tag. In other brackets ("(confidential)"), tied to other
// words or among them in brackets (compound.hpp), and as a marking at the head (marking.hpp) only a tag that is more sensitive
// than an untagged mail counts, and no slip is forgiven outside the policy's own delimiters. So does a bracket of the policy's
// with unreadable bytes in it, and a scheme with an unknown word ("TLP:PURPLE"). Words that are ordinary in the house
// (near_miss_except) say nothing. A bare word in running text never counts.
#pragma once

#include "policy/base/fold.hpp"
#include "policy/rules/policy.hpp"
#include "policy/tags/lexicon.hpp"
#include "policy/tags/pattern.hpp"
#include "policy/tags/words.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct suspect {
    span where;                     // in the folded text
    std::string suggestion;         // as the pattern wants it written; empty if no tag is near
    std::size_t doubt = 0;          // how far from the suggestion: of suspects in one place the least doubtful is kept
    std::optional<rank> meant = {}; // the classification of the suggestion
    bool stray = false;             // not where the policy's tags stand
};

// `source` is what the text was folded from. Not overlapping, in order of appearance. Linear: only brackets with at most 64
// code points between them are read word by word, only the words next to a delimiter, and no more of either than `left` allows.
std::vector<suspect> find_suspects(std::string_view source, const folded_text& text, const tag_lexicon& wanted,
                                   const std::vector<tag_match>& exact, effort& left);

} // namespace sealgate::policy
