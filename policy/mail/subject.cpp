#include "policy/mail/subject.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/encoded_word.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

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

constexpr std::size_t longest_prefix = 20; // of letters, without blanks: "Antwort (2):"
constexpr std::size_t longest_looked_at = 1000;
constexpr std::size_t deepest = 8; // brackets in each other

// Where the bracket at the front ends, behind its partner; npos where it never does.
std::size_t end_of_bracket(std::u32string_view text) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto kind = bracket_of(text[i]);
        if (kind == bracket::open) ++depth;
        if (kind == bracket::close && --depth == 0) return i + 1;
    }
    return std::u32string_view::npos;
}

std::size_t end_of_stars(std::u32string_view text) {
    const auto word = text.find_first_not_of(U'*');
    const auto close = word == text.npos ? text.npos : text.find(U'*', word);
    return close == text.npos ? text.npos : std::min(text.find_first_not_of(U'*', close), text.size());
}

std::size_t end_of_prefix(std::u32string_view text) {
    const auto colon = text.substr(0, longest_prefix + 1).find(U':');
    return colon == text.npos ? text.npos : colon + 1;
}

enum class hidden : std::uint8_t { no, alone, answered };

// Folded, so without white space. Each turn takes off a bracket, a prefix, or a mark such as "***SPAM***". Behind a prefix the
// placeholder may stand before words of the one who answers: who puts it there answers ours.
hidden hidden_in(std::u32string_view text, std::size_t depth = 0) {
    constexpr std::u32string_view placeholder = U"[...]";
    bool answers = false, seen = false;
    while (!text.empty()) {
        std::size_t end = std::u32string_view::npos;
        if (text.starts_with(placeholder)) {
            if (answers) return hidden::answered;
            end = placeholder.size();
            seen = true;
        } else if (bracket_of(text.front()) == bracket::open) {
            end = depth < deepest ? end_of_bracket(text) : text.npos;
            const auto inside = end == text.npos ? hidden::no : hidden_in(text.substr(1, end - 2), depth + 1);
            if (inside == hidden::answered || (inside == hidden::alone && answers)) return hidden::answered;
            seen = seen || inside == hidden::alone;
        } else if (text.front() == U'*') {
            end = end_of_stars(text);
        } else {
            end = end_of_prefix(text);
            answers = end != text.npos;
        }
        if (end == text.npos) return hidden::no;
        text.remove_prefix(end);
    }
    return seen ? hidden::alone : hidden::no;
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
        const auto folded = fold(decode_words(unfolded(value.substr(0, longest_looked_at))).text);
        return hidden_in(folded.points) != hidden::no;
    });
}

} // namespace sealgate::policy
