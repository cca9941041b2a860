// A tag without brackets that marks a mail: at the head of its Subject ("CONFIDENTIAL: merger", "Re: CONFIDENTIAL",
// "confidential - merger", "** confidential ** x", "#confidential"), behind words that go with it ("STRICTLY PRIVATE &
// CONFIDENTIAL: x"), at the end of a beginning in capitals ("NATO SECRET: x"), as the whole Subject ("Confidential"), or in
// capitals behind a dash at its end ("Minutes - CONFIDENTIAL"). Replies, list tags, other brackets, pictures and quotation
// marks before it are passed over. In small letters, and with nothing behind it that sets it off, it is a word like others.
//
// Pure; reads the first 200 code points and the last 60 at most. Tested by tags/marking_test.
#pragma once

#include "policy/base/fold.hpp"
#include "policy/tags/pattern.hpp"
#include "policy/tags/words.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct marking {
    span where; // in the folded text, with the signs and words that go with it
    span word;  // the tag alone
    const tag_word* tag = nullptr;
};

// The longest of `tags`, of those the most sensitive. `source` is what the text was folded from.
std::optional<marking> marking_of_subject(const folded_text& text, std::string_view source,
                                          const std::vector<const tag_word*>& tags, effort& left);

} // namespace sealgate::policy
