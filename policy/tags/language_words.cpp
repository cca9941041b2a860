#include "policy/tags/language_words.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"
#include "policy/base/yaml.hpp"
#include "policy/tags/builtin_words.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace sealgate::policy {

namespace {

word_level level_named(std::string_view name) {
    if (name == "public") return word_level::open;
    if (name == "internal") return word_level::internal;
    if (name == "confidential") return word_level::confidential;
    throw std::runtime_error("the built-in tag words have no level " + std::string(name));
}

std::vector<language_word> read_words() {
    std::vector<yaml::diagnostic> problems;
    yaml::error_sink errors("policy/tags/words.yaml", problems);
    const auto root = yaml::parse(builtin_language_words(), errors);
    if (!root) throw std::runtime_error(problems.front().to_string());
    std::vector<language_word> out;
    for (const auto& language : root->entries)
        for (const auto& level : language.value.entries)
            for (const auto& word : level.value.items)
                out.push_back({.language = language.key.scalar,
                               .level = level_named(level.key.scalar),
                               .word = word.scalar,
                               .folded = fold(word.scalar).points});
    return out;
}

std::vector<std::u32string> read_ordinary_words() {
    std::vector<std::u32string> out;
    for (const auto line : text::split(builtin_ordinary_words(), '\n'))
        if (!line.empty()) out.push_back(text::decode_utf8(line));
    std::ranges::sort(out);
    return out;
}

} // namespace

const std::vector<language_word>& language_words() {
    static const auto words = read_words();
    return words;
}

bool is_ordinary_word(std::u32string_view folded) {
    static const auto words = read_ordinary_words();
    return std::ranges::binary_search(words, folded);
}

} // namespace sealgate::policy
