#include "policy/mail/subject.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/encoded_word.hpp"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <vector>

namespace sealgate::policy {

namespace {

// In lower case, each with a program that writes it.
constexpr auto placeholders = std::to_array<std::string_view>({
    hidden_subject,      // RFC 9788
    "...",               // Thunderbird, K-9, Mutt, Delta Chat
    "…",                 // Proton
    "encrypted message", // Enigmail, K-9
});

bool is_placeholder(std::string_view text) {
    return text.empty() || std::ranges::find(placeholders, text::lower(text)) != placeholders.end();
}

// The placeholder, in what brackets a program makes of ours. In round ones it is how people leave something out.
bool is_hidden_at(std::u32string_view text, std::size_t at) {
    constexpr std::u32string_view dots = U"...";
    return text[at] != U'(' && text.substr(at + 1).starts_with(dots) && at + 1 + dots.size() < text.size() &&
           bracket_of(text[at + 1 + dots.size()]) == bracket::close;
}

// Whether a prefix may end with it. Who leaves out something of a text does so behind a word, a comma, or the end of a
// sentence, perhaps within quotation marks.
bool sets_off(char32_t c) {
    constexpr std::u32string_view colons = U":;\u061B"; // U+061B: the Arabic semicolon
    const auto has = [c](UProperty which) { return u_hasBinaryProperty(static_cast<UChar32>(c), which) != 0; };
    return colons.contains(c) || (!has(UCHAR_TERMINAL_PUNCTUATION) && !has(UCHAR_QUOTATION_MARK));
}

// Letters that may be a prefix without its colon ("RE [...]", "Antw. [...]"); behind the placeholder they say nothing.
constexpr std::size_t most_bare_letters = 5;

// What stands within one bracket, so far.
struct text_so_far {
    bool begun = false;
    std::size_t letters = 0; // since the last sign that sets off
    bool hidden = false;     // the placeholder, and nothing that says something
};

// Folded, so without white space. What stands in brackets says nothing about what stands behind them.
bool is_hidden(std::u32string_view text) {
    std::vector<text_so_far> outer;
    text_so_far here;
    const auto leave = [&] {
        const bool hidden = here.hidden || outer.back().hidden;
        here = outer.back();
        here.hidden = hidden;
        outer.pop_back();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto kind = bracket_of(text[i]);
        if (kind == bracket::open && is_hidden_at(text, i)) {
            if (here.begun && here.letters <= most_bare_letters) return true;
            here.hidden = here.hidden || !here.begun;
        }
        if (kind == bracket::open) {
            outer.push_back(here);
            here.hidden = false;
        } else if (kind == bracket::close) {
            if (!outer.empty()) leave();
        } else if (is_word_point(text[i])) {
            here.begun = true;
            if (++here.letters > most_bare_letters) here.hidden = false;
        } else if (sets_off(text[i])) {
            here.begun = true;
            here.letters = 0;
        }
    }
    while (!outer.empty()) leave();
    return here.hidden;
}

} // namespace

bool subject_says_something(const message& mail) {
    return std::ranges::any_of(field_values(mail, "Subject"), [](std::string_view value) {
        const auto decoded = decode_words(unfolded(value)).text;
        return !is_placeholder(text::trim(decoded));
    });
}

bool answers_hidden_subject(const message& mail) {
    return std::ranges::any_of(field_values(mail, "Subject"), [](std::string_view value) {
        return is_hidden(fold(decode_words(unfolded(value)).text).points);
    });
}

} // namespace sealgate::policy
