// How people say public, internal and confidential in many languages: the words of the shipped policy (policy/tags/words.yaml).
// A policy in which one of a level stands is asked about the others of it, too: somebody writes them all the same.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

enum class word_level : std::uint8_t { open, internal, confidential };

struct language_word {
    std::string language; // RFC 5646: "en"
    word_level level = word_level::open;
    std::string word;
    std::u32string folded;
};

// In the order of the file. Throws std::runtime_error where what was built in is broken.
const std::vector<language_word>& language_words();

// Ordinary words that lie so near to one of these that they would be taken for a slip of the pen.
bool is_ordinary_word(std::u32string_view folded);

} // namespace sealgate::policy
