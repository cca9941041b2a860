// The words that ship with the program: policy/tags/words.yaml and ordinary_words.txt, put into it when it is built.
// Tested by tags/language_words_test.
#pragma once

#include <string_view>

namespace sealgate::policy {

std::string_view builtin_language_words(); // YAML
std::string_view builtin_ordinary_words(); // one a line, folded, sorted

} // namespace sealgate::policy
