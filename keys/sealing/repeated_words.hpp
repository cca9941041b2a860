// Whether a text says again what another one says: the same words in a row, whatever stands between, before and behind them.
//
// Words are compared folded (policy/base/fold.hpp); all that is no letter and no digit parts them. In scripts that put no space
// between words each letter is one. Pure, linear in the text that is looked at.
// Tested by sealing/header_protection_test.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

using word_list = std::vector<std::u32string>;

word_list words_of(std::string_view utf8);

// What may not be said again.
class said_words {
public:
    // A text: any four words of it in a row, or all of it where it has fewer. Less than eight letters could stand anywhere:
    // they count where nothing else is said.
    void add_text(const word_list& words);
    // A few words, all of them in a row.
    void add_phrase(const word_list& words);

    bool are_in(const word_list& words) const;

private:
    std::set<std::u32string> runs_;   // of words, each behind a blank
    std::set<std::size_t> sizes_;     // of the runs, in words
    std::set<std::u32string> wholes_; // that count alone
};

} // namespace sealgate::keys
