// A tag tied to other words: "[TOP-SECRET]", "[class=confidential]", "[hr_confidential]", "[confidential2026]", "[confid.]",
// "[topsecret]". Who writes so means the tag, or something more than it.
//
// Not so behind a word that takes it back ("non-confidential"), before one that names a list ("internal-tools"), and in the key
// of a ticket ("SECRET-7"). Pure; linear in the piece. Tested by tags/compound_test.
#pragma once

#include "policy/base/fold.hpp"
#include "policy/tags/region.hpp"
#include "policy/tags/words.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// The most sensitive of `tags` that is tied to something within this piece of the text, or stands there among other words and
// ties; null: none. `source` is what the text was folded from. Where something is forgiven, inflections are, too.
const tag_word* tied_tag(const folded_text& text, std::string_view source, const region& piece,
                         const std::vector<const tag_word*>& tags, forgive how_much, effort& left);

// "SECRET-7" is the key of a ticket; "CONFIDENTIAL-2026" has a year.
bool is_ticket_key(std::string_view written);

} // namespace sealgate::policy
