// Encoded words (RFC 2047, with the language of RFC 2231 section 5) in an unfolded field, read as UTF-8.
//
// Read more kindly than the standard allows, because the readers of the mail do so too: words inside other
// text, white space inside a word, a missing "?=", letters split between two words of one charset. Nothing is
// refused and nothing fails; what is no encoded word stays as it is. Linear time. What we write ourselves keeps to the
// standard.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::policy {

// Whether all could be read, and by every reader alike. `no`: a word is in a charset that nobody knows and
// its bytes say nothing on their own; or in UTF-16 or UTF-32 without a byte order mark, or cut within a unit;
// or it goes on in the alphabet that the word before it left (ISO 2022, UTF-7); or raw text switches
// alphabets. Other broken bytes in a known charset become U+FFFD and do not count.
enum class legible : std::uint8_t { yes, no };

struct decoded_words {
    std::string text; // valid UTF-8
    legible all = legible::yes;
    bool operator==(const decoded_words&) const = default;
};

decoded_words decode_words(std::string_view unfolded);

// UTF-8 as the value of a field: as it is where it is printable ASCII and short enough for one line, else as encoded words,
// folded with CRLF. Control characters are replaced by U+FFFD: nothing can begin a field of its own.
std::string encode_words(std::string_view utf8);

// Raw bytes of a header field as UTF-8: what is not UTF-8 is read as Latin-1, byte by byte.
std::string bytes_as_utf8(std::string_view bytes);

} // namespace sealgate::policy
