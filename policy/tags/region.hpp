// A piece of a Subject, ready to be cut into words that may be tags: where words begin and end in it, and how they look. Pure.
// Tested by tags/near_miss_test.
#pragma once

#include "policy/base/fold.hpp"
#include "policy/tags/look_alike.hpp"
#include "policy/tags/pattern.hpp"
#include "policy/tags/words.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// Code points between two delimiters that are read word by word.
constexpr std::size_t longest_group = 64;

// With its look-alike form.
struct region {
    std::u32string_view points; // of the whole text
    look_alike_text looks;
    span where;

    candidate piece(std::size_t begin, std::size_t end) const;
    // The text that became form[begin] to form[end - 1], with the marks behind it. Empty where the two ends lie within one
    // code point.
    span behind(std::size_t begin, std::size_t end) const;
};
region region_of(const folded_text& text, span where);

// How far words reach: to the next delimiter of the policy's own, or bracket; and backwards from the end of the text.
std::size_t size_until(std::u32string_view text, std::u32string_view delimiter);
std::size_t size_since(std::u32string_view text, std::u32string_view delimiter);

// Words as candidates: they begin and end with something to read, and may do so between any two letters of a script without
// word spaces.
bool begins_word(const folded_text& text, std::size_t at);
bool ends_word(const folded_text& text, std::size_t at);
// Within brackets a colon ends a word: "[confidential:HR]".
bool is_word(const folded_text& text, span where);
std::size_t end_of_word(const folded_text& text, std::size_t begin);

// What stands between commas or semicolons; and the words of a piece, apart from white space and signs. Empty ones are left
// out.
std::vector<span> pieces_of(const folded_text& text);
std::vector<span> words_in(const folded_text& text, span piece);

} // namespace sealgate::policy
