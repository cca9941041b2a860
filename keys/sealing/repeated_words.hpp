// Whether a text says again what another one says: the same words in a row, whatever stands between, before and behind them.
//
// Words are compared folded (policy/base/fold.hpp); all that is no letter and no digit parts them. In scripts that put no space
// between words each letter is one. Who shortens a text cuts within a word: the last of those words may be there without its
// end, the first without its beginning. Pure, linear in the text that is looked at.
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
    bool is_shortened_in(const word_list& words) const;

    std::set<std::u32string> runs_;   // of words, each behind a blank
    std::set<std::size_t> sizes_;     // of the runs, in words
    std::set<std::u32string> wholes_; // that count alone

    // Of texts, for what is cut: their runs, these from back to front, and texts of fewer words.
    std::set<std::u32string> cut_behind_;
    std::set<std::u32string> cut_before_;
    std::set<std::u32string> cut_wholes_; // each behind the number of its words
};

} // namespace sealgate::keys
