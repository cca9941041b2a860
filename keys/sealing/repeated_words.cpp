#include "keys/sealing/repeated_words.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"

#include <algorithm>
#include <span>

namespace sealgate::keys {

namespace {

constexpr std::size_t words_in_a_row = 4;
constexpr std::size_t fewest_octets = 8;

std::u32string run_of(std::span<const std::u32string> words) {
    std::u32string out;
    for (const auto& word : words) (out += U' ') += word;
    return out;
}

} // namespace

word_list words_of(std::string_view utf8) {
    const auto text = policy::fold(utf8);
    word_list out;
    bool in_word = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char32_t c = text.points[i];
        const bool alone = policy::stands_alone(c);
        if (!policy::is_word_point(c)) {
            in_word = false;
            continue;
        }
        if (!in_word || alone || text.after_space(i)) out.emplace_back();
        out.back() += c;
        in_word = !alone;
    }
    return out;
}

void said_words::add_text(const word_list& words) {
    if (words.empty()) return;
    if (words.size() < words_in_a_row) {
        const auto all = run_of(words);
        if (text::encode_utf8(all).size() - words.size() >= fewest_octets) return add_phrase(words);
        wholes_.insert(all);
        return;
    }
    const std::span all(words);
    for (std::size_t i = 0; i + words_in_a_row <= words.size(); ++i) runs_.insert(run_of(all.subspan(i, words_in_a_row)));
    sizes_.insert(words_in_a_row);
}

void said_words::add_phrase(const word_list& words) {
    if (words.empty()) return;
    runs_.insert(run_of(words));
    sizes_.insert(words.size());
}

bool said_words::are_in(const word_list& words) const {
    const std::span all(words);
    for (const auto size : sizes_)
        for (std::size_t i = 0; i + size <= words.size(); ++i)
            if (runs_.contains(run_of(all.subspan(i, size)))) return true;
    return wholes_.contains(run_of(all));
}

} // namespace sealgate::keys
