// The texts that ship with the program: policy/texts/*.yaml, put into it when it is built.
// Tested by texts/catalogue_test.
#pragma once

#include <span>
#include <string_view>

namespace sealgate::policy {

struct builtin_file {
    std::string_view language; // "en": the file's name without its ending
    std::string_view yaml;
};

// The first is the language that others fall back to.
std::span<const builtin_file> builtin_texts();

} // namespace sealgate::policy
