// Words beside a tag by which it says nothing of the mail: "non-confidential", "internal-tools", "Abstimmung (geheim)". Of the
// languages of words.yaml. Pure. Tested by tags/compound_test and near_miss_test.
#pragma once

#include "policy/base/fold.hpp"

#include <cstddef>
#include <string_view>

namespace sealgate::policy {

// "non", "nicht": what follows is not meant.
bool is_negation(std::u32string_view folded);

// Whether such a word stands right before this place of the text, tied to it or with a space between.
bool follows_negation(const folded_text& text, std::size_t at);

// "tools", "announce": what mailing lists are called, behind what they are about.
bool names_a_list(std::u32string_view folded);

// Whether the word right before this place is a vote, which is secret and no secret.
bool follows_vote(const folded_text& text, std::size_t at);

} // namespace sealgate::policy
