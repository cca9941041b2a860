// What nearly is a tag in a Subject, though no exact tag stands there.
//
// A word counts only where something sets it off: brackets of any kind around it, or a delimiter of the
// policy's own on one side. Then spelling slips and look-alikes are forgiven (tag_words).
// A tag among other words in brackets ("[confidential - urgent]") or in foreign ones ("(confidential)")
// counts if it is more sensitive than an untagged mail; so does a bracket with unreadable bytes in it, and a
// scheme with an unknown word
// ("TLP:PURPLE"). In brackets with more than 64 code points between them only such a sensitive tag counts,
// and no slip is forgiven. A bare word in running text never counts.
#pragma once

#include "policy/base/fold.hpp"
#include "policy/rules/policy.hpp"
#include "policy/tags/pattern.hpp"
#include "policy/tags/words.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::policy {

// What the policy looks for in a Subject, made ready for comparing.
struct subject_tags {
    std::vector<tag_word> tags;
    std::vector<tag_pattern> patterns;
    std::optional<rank> untagged;
};

struct suspect {
    span where;             // in the folded text
    std::string suggestion; // as the pattern wants it written; empty if no tag is near
    std::size_t doubt = 0;  // how far from the suggestion: of suspects in one place the least doubtful is kept
};

// Not overlapping, in order of appearance. Linear: only brackets with at most 64 code points between them are
// read word by word, only the words next to a delimiter, and no more of either than `left` allows.
std::vector<suspect> find_suspects(const folded_text& text, const subject_tags& wanted, const std::vector<tag_match>& exact,
                                   effort& left);

} // namespace sealgate::policy
