#include "policy/subject.hpp"

#include "policy/base/text.hpp"
#include "policy/encoded_word.hpp"

#include <algorithm>
#include <array>

namespace sealgate::policy {

namespace {

// In lower case, each with a program that writes it.
constexpr auto placeholders = std::to_array<std::string_view>({
    "[...]",             // RFC 9788
    "...",               // Thunderbird, K-9, Mutt, Delta Chat
    "…",                 // Proton
    "encrypted message", // Enigmail, K-9
});

bool is_placeholder(std::string_view text) {
    return text.empty() || std::ranges::find(placeholders, text::lower(text)) != placeholders.end();
}

} // namespace

bool subject_says_something(const message& mail) {
    return std::ranges::any_of(field_values(mail, "Subject"), [](std::string_view value) {
        const auto decoded = decode_words(unfolded(value)).text;
        return !is_placeholder(text::trim(decoded));
    });
}

} // namespace sealgate::policy
