// The policy's tags, made ready for comparing, and how near other words come to them.
//
// A word is near a tag if it looks the same (`look_alike`), or if few slips of the pen lie between them: one
// for tags of four to seven letters, two for longer ones, none for shorter ones. Two slips must leave the
// first letter right: otherwise every "[EXTERNAL]" would be a misspelt "[internal]". Nor is "[Internet]" a
// misspelt "[interne]".
// Tested by tags/reader_test, near_miss_test and near_miss_fields_test.
#pragma once

#include "policy/base/fold.hpp"
#include "policy/rules/policy.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct tag_word {
    std::string spelled; // as the policy spells it
    rank classification = 0;
    std::u32string folded;
    std::u32string form; // look-alike
    std::size_t slips_forgiven = 0;
};

tag_word make_tag_word(std::string_view spelled, rank classification);

// All tags of the policy, least sensitive first. What folds to nothing is left out.
std::vector<tag_word> tag_words(const policy& rules);

// A piece of folded text, with its look-alike form. Views into both.
struct candidate {
    std::u32string_view folded;
    std::u32string_view form;
};

// What may still be spent on one message. Near misses cost much more than tags, and a sender can write a
// megabyte of brackets; what is left unread when this is spent has to count as a near miss itself.
struct effort {
    std::size_t candidates = 1000;
    std::size_t comparisons = 50'000;
    std::size_t reorderings = 32; // texts put in the order of the screen
    std::size_t guesses = 16;     // fields of bytes without a charset, read in all charsets
    bool spent = false;

    // Whether one more may be looked at.
    bool take_candidate() { return take(candidates); }
    bool take_comparison() { return take(comparisons); }
    bool take_reordering() { return take(reorderings); }
    bool take_guess() { return take(guesses); }

private:
    bool take(std::size_t& left) {
        if (left == 0)
            spent = true;
        else
            --left;
        return !spent;
    }
};

enum class forgive : std::uint8_t {
    slips,    // as many as the tag's length allows
    one_slip, // at most one, and only in long tags: for words among other words
};

// The number of slips between the two, 0 where they look the same; nothing if they are not near.
std::optional<std::size_t> slips_between(const candidate& word, const tag_word& tag, forgive how_much, effort& left);

// The tag nearest to a word of its own, the most sensitive of several equally near.
struct nearest_tag {
    const tag_word* tag = nullptr;
    std::size_t slips = 0;
};
std::optional<nearest_tag> nearest_to(const candidate& word, const std::vector<tag_word>& tags, forgive how_much, effort& left);

} // namespace sealgate::policy
