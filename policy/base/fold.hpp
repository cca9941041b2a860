// Text folded for comparing: `fold` forgives what carries no meaning: case and width (NFKC_Casefold, Unicode section 3.13), the
// Turkish i with and without dot, white space, and all that is invisible.
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

// A mark of any script, which belongs to the letter before it.
bool is_mark(char32_t c);

constexpr bool is_ascii_digit(char32_t c) { return c >= U'0' && c <= U'9'; }

// Letters, marks and digits of any script.
bool is_word_point(char32_t c);

// Letters of scripts that put no space between words (Han, Kana, Thai, …): only a reader can tell where a
// word ends.
bool stands_alone(char32_t c);

// With a large first letter, where it has a small one.
std::string capitalised(std::string_view utf8);

// Brackets of any script (Unicode's paired brackets), and "<" ">" "«" "»" "‹" "›".
enum class bracket : std::uint8_t { none, open, close };
bracket bracket_of(char32_t c);

} // namespace sealgate::policy
