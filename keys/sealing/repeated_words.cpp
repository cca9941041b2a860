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

std::u32string from_back_to_front(std::u32string_view run) {
    run.remove_prefix(1); // the blank
    return {run.rbegin(), run.rend()};
}

bool has_beginning(const std::set<std::u32string>& all, std::u32string_view beginning) {
    const auto at = all.lower_bound(std::u32string(beginning));
    return at != all.end() && at->starts_with(beginning);
}

// With how many words it has, so that a whole word is not taken for the beginning of several.
std::u32string counted(std::u32string_view run, std::size_t words) {
    return static_cast<char32_t>(words) + std::u32string(run);
}

// Less could stand anywhere.
bool says_something(std::u32string_view run, std::size_t words) {
    return text::encode_utf8(run).size() - words >= fewest_octets;
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
        cut_wholes_.insert(counted(all, words.size()));
        if (says_something(all, words.size())) return add_phrase(words);
        wholes_.insert(all);
        return;
    }
    const std::span all(words);
    for (std::size_t i = 0; i + words_in_a_row <= words.size(); ++i) {
        const auto run = run_of(all.subspan(i, words_in_a_row));
        runs_.insert(run);
        cut_behind_.insert(run);
        cut_before_.insert(from_back_to_front(run));
    }
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
    return wholes_.contains(run_of(all)) || is_shortened_in(words);
}

bool said_words::is_shortened_in(const word_list& words) const {
    const std::span all(words);
    if (!cut_behind_.empty()) {
        for (std::size_t i = 0; i + words_in_a_row <= words.size(); ++i) {
            const auto run = run_of(all.subspan(i, words_in_a_row));
            if (has_beginning(cut_behind_, run) || has_beginning(cut_before_, from_back_to_front(run))) return true;
        }
    }
    for (std::size_t size = 1; size < words_in_a_row && size <= words.size(); ++size) { // at the end of all
        const auto run = run_of(all.last(size));
        if (says_something(run, size) && has_beginning(cut_wholes_, counted(run, size))) return true;
    }
    return false;
}

} // namespace sealgate::keys
