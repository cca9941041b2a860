// The policy's tags, made ready for comparing, and how near other words come to them.
//
// A word is near a tag if it looks the same (`look_alike`), or if few slips of the pen lie between them: one for tags of four
// to seven letters, two for longer ones, none for shorter ones. Two slips must leave the first letter right: otherwise every
// "[EXTERNAL]" would be a misspelt "[internal]". A word of a language is none ("[Internet]"), nor is a number behind a word.
// Tested by tags/reader_test, near_miss_test and near_miss_fields_test.
#pragma once

#include "policy/base/fold.hpp"
#include "policy/rules/policy.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// Which letters there are, by their code points modulo 64: what differs in more than twice as many as there are slips is not
// near.
std::uint64_t letters_in(std::u32string_view text);

struct tag_word {
    std::string spelled; // as the policy spells it; of a word that is not its own, the tag that it means
    rank classification = 0;
    std::u32string folded;
    std::u32string form; // look-alike
    std::size_t slips_forgiven = 0;
    std::uint64_t letters = 0, form_letters = 0;
};

tag_word make_tag_word(std::string_view spelled, rank classification);

// All tags of the policy, least sensitive first. What folds to nothing is left out.
std::vector<tag_word> tag_words(const policy& rules);

// How other languages say what these tags say (language_words.hpp). Nothing is forgiven in them.
std::vector<tag_word> other_words(const std::vector<tag_word>& tags);

// A piece of folded text, with its look-alike form. Views into both.
struct candidate {
    candidate(std::u32string_view folded_text, std::u32string_view look_alike_form)
        : folded(folded_text)
        , form(look_alike_form)
        , letters(letters_in(folded_text))
        , form_letters(letters_in(look_alike_form)) {}

    std::u32string_view folded;
    std::u32string_view form;
    std::uint64_t letters, form_letters;
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

// As much of `all` as there is, but no more than `most`; what is left of it has to be given back.
effort share_of(effort& all, const effort& most);
void give_back(effort& all, const effort& left);

enum class forgive : std::uint8_t {
    none,     // it has to look the same
    slips,    // as many as the tag's length allows
    one_slip, // at most one, and only in long tags: for words among other words
};

// The number of slips between the two, 0 where they look the same; nothing if they are not near.
std::optional<std::size_t> slips_between(const candidate& word, const tag_word& tag, forgive how_much, effort& left);

// Whether the word is the tag with another ending: "vertraulicher", "secrets", "poufny". No ordinary word is.
bool is_inflection(std::u32string_view folded, const tag_word& tag);

// The tag nearest to a word of its own; of several equally near the most sensitive, of these the one that begins alike longest,
// and is of ASCII where the word is.
struct nearest_tag {
    const tag_word* tag = nullptr;
    std::size_t slips = 0;
};
std::optional<nearest_tag> nearest_to(const candidate& word, const std::vector<tag_word>& tags, forgive how_much, effort& left);

} // namespace sealgate::policy
