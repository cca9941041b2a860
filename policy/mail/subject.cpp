#include "policy/mail/subject.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/encoded_word.hpp"

#include <algorithm>
#include <array>

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

// Folded, so without white space. Each turn takes off a bracket, a prefix, or a mark such as "***SPAM***".
bool is_hidden_subject(std::u32string_view text) {
    constexpr std::u32string_view placeholder = U"[...]";
    bool seen = false;
    while (!text.empty()) {
        std::size_t end = std::u32string_view::npos;
        if (text.starts_with(placeholder)) {
            end = placeholder.size();
            seen = true;
        } else if (bracket_of(text.front()) == bracket::open) {
            end = end_of_bracket(text);
            if (end != text.npos) seen = seen || is_hidden_subject(text.substr(1, end - 2));
        } else if (text.front() == U'*') {
            const auto word = text.find_first_not_of(U'*');
            const auto close = word == text.npos ? text.npos : text.find(U'*', word);
            end = close == text.npos ? text.npos : std::min(text.find_first_not_of(U'*', close), text.size());
        } else if (const auto colon = text.find(U':'); colon <= longest_prefix) {
            end = colon + 1;
        }
        if (end == text.npos) return false;
        text.remove_prefix(end);
    }
    return seen;
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
        return is_hidden_subject(folded.points);
    });
}

} // namespace sealgate::policy
