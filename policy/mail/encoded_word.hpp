// Encoded words (RFC 2047, with the language of RFC 2231 section 5) in an unfolded field, read as UTF-8.
//
// Read more kindly than the standard allows, because the readers of the mail do so too: words inside other
// text, white space inside a word, a missing "?=", letters split between two words of one charset. Nothing is
// refused and nothing fails; what is no encoded word stays as it is. Linear time. What we write ourselves keeps to the
// standard.
//
// Programs differ in how they read what is broken or sloppy, and some of them show a text that others don't: a word_reading is
// one way of doing it. policy/mail/readings.hpp has all that are worth a look.
#pragma once

#include "policy/mail/charset.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::policy {

enum class word_reading : std::uint8_t {
    standard,      // letters may be split between words; what the bytes before mean (ISO 2022) is forgotten at each word
    apart,         // no letter goes on in the next word
    joined,        // neighbouring words as one, even within a group of base64
    little_endian, // UTF-16 and UTF-32 in that order, whatever they say
    big_endian,
    shifted, // the first letter of two bytes begins one byte later: programs differ in which pairs are letters
    plain,   // as UTF-8, else Latin-1, whatever charset they name
};

// Whether all could be read, and by every reader alike. `no`: a word is in a charset that nobody knows and its bytes say
// nothing on their own, or may be escapes; or in one in which ASCII is something else; or in UTF-16 or UTF-32 without a byte
// order mark, or cut within a unit; or it goes on in the alphabet that the word before it left, or switches to one that does
// not exist (ISO 2022, UTF-7); or raw text switches alphabets. Other broken bytes in a known charset become U+FFFD and do not
// count.
enum class legible : std::uint8_t { yes, no };

struct decoded_words {
    std::string text; // valid UTF-8
    legible all = legible::yes;
    std::string unread = {}; // the charset, as it is named, of the first word that could not be read; empty: of raw text
    bool disputed = false;   // another word_reading may give another text
    bool unlabelled = false; // there are bytes above ASCII, or switches of alphabets, of which nobody says what they are
    bool operator==(const decoded_words&) const = default;
};

// `unlabelled`: what bytes without a charset are read as, if they are not to be UTF-8, else Latin-1.
decoded_words decode_words(std::string_view unfolded, word_reading how = word_reading::standard,
                           const charset* unlabelled = nullptr);

// UTF-8 as the value of a field: as it is where it is printable ASCII and short enough for one line, else as encoded words,
// folded with CRLF. Control characters are replaced by U+FFFD: nothing can begin a field of its own.
std::string encode_words(std::string_view utf8);

} // namespace sealgate::policy
