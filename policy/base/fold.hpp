// Text folded for comparing: what the eye takes for the same becomes the same. Two steps:
//
// `fold` forgives what carries no meaning: case and width (NFKC_Casefold, Unicode section 3.13), the Turkish
// i with and without dot, white space, and all that is invisible.
//
// `look_alike` forgives much more, for near misses only: letters of other scripts (UTS 39 section 4,
// skeleton; a table for what is missing there), letters within signs, digits for letters, accents, enclosing
// marks, and all punctuation but "+".
//
// Takes valid UTF-8, as decode_words and bytes_as_utf8 give it (in other text the origins are wrong, the
// points are not). Pure, locale-free, linear. Throws std::runtime_error where ICU's data is broken.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// Folded code points; for each, the bytes of the source it came from, and whether it follows white space.
struct folded_text {
    struct origin {
        std::uint32_t begin;
        std::uint32_t end : 31;
        std::uint32_t after_space : 1;
    };

    std::u32string points;
    std::vector<origin> origins; // as many as points

    std::size_t size() const { return points.size(); }
    bool after_space(std::size_t i) const { return origins[i].after_space != 0; }
};

folded_text fold(std::string_view utf8);

// The look-alike form of folded code points. Point i became form[starts[i]] to form[starts[i + 1] - 1].
struct look_alike_text {
    std::u32string form;
    std::vector<std::size_t> starts; // one more than there are points
};

look_alike_text look_alike(std::u32string_view folded);

// Letters, marks and digits of any script.
bool is_word_point(char32_t c);

// A Latin letter drawn in a circle, square or flag, which Unicode counts as a sign and not as a letter.
bool is_pictured_letter(char32_t c);

// Letters of scripts that put no space between words (Han, Kana, Thai, …): only a reader can tell where a
// word ends.
bool stands_alone(char32_t c);

// Brackets of any script (Unicode's paired brackets), and "<" ">" "«" "»" "‹" "›".
enum class bracket : std::uint8_t { none, open, close };
bracket bracket_of(char32_t c);

} // namespace sealgate::policy
