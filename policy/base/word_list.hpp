// Lists of words as one text, where one word a line would be pages. Pure.
// Tested by keys/protection/plain_html_test and mail/charset_test.
#pragma once

#include <cstddef>
#include <string_view>

namespace sealgate::text {

// Whether the word is one of these, which have one space between them.
constexpr bool has_word(std::string_view words, std::string_view word) {
    const auto ends_at = [&](std::size_t at) { return at == words.size() || words[at] == ' '; };
    auto at = word.empty() ? words.npos : words.find(word);
    while (at != words.npos && ((at > 0 && words[at - 1] != ' ') || !ends_at(at + word.size()))) at = words.find(word, at + 1);
    return at != words.npos;
}

} // namespace sealgate::text
