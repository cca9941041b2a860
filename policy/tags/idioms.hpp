// Words beside a tag by which it says nothing of the mail ("non-confidential", "no longer confidential", "internal-tools",
// "Abstimmung (geheim)", "Secret Santa"), or more ("strictly confidential"). Of the languages of words.yaml. Pure.
// Tested by tags/compound_test, marking_test and near_miss_test.
#pragma once

#include "policy/base/fold.hpp"
#include "policy/tags/pattern.hpp"

#include <cstddef>
#include <string_view>

namespace sealgate::policy {

// Whether a word right before this place of the text says that what follows is not meant, or not any more, with nothing but
// white space or a hyphen between. "DE", "UN" and "NO" are no such words: they name a country. `source` is what the text was
// folded from.
bool is_taken_back(const folded_text& text, std::string_view source, std::size_t at);

// "un", "non": as the beginning of a word.
bool takes_back(std::u32string_view beginning);

// "tools", "announce": what mailing lists are called, behind what they are about.
bool names_a_list(std::u32string_view folded);

// "strictly", "private", "and": what stands before a tag and leaves it one.
bool is_qualifier(std::u32string_view folded);

// Whether what stands there is part of a phrase that is no tag: "Secret Santa", "client secret".
bool is_set_phrase(const folded_text& text, span where);

// Whether the word right before this place is a vote, which is secret and no secret.
bool follows_vote(const folded_text& text, std::size_t at);

} // namespace sealgate::policy
