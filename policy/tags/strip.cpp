#include "policy/tags/strip.hpp"

#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/encoded_word.hpp"
#include "policy/mail/message.hpp"
#include "policy/tags/lexicon.hpp"

#include <ranges>
#include <string>

namespace sealgate::policy {

namespace {

// White space on both sides of what was taken out is one space.
std::string with_single_spaces(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
    return std::string(text::trim(out));
}

} // namespace

std::optional<std::string> without_tags(const policy& rules, std::string_view value) {
    const auto decoded = decode_words(unfolded(value));
    if (decoded.all != legible::yes) return std::nullopt;
    const auto text = fold(decoded.text);
    const auto lexicon = lexicon_of(rules);
    const auto matches = match_tags(text, lexicon->patterns, lexicon->tags);
    if (matches.empty()) return std::nullopt;
    auto out = decoded.text;
    for (const auto& match : std::views::reverse(matches)) {
        const auto begin = text.origins[match.where.begin].begin, end = text.origins[match.where.end - 1].end;
        out.replace(begin, end - begin, " ");
    }
    auto value_left = " " + encode_words(with_single_spaces(out));
    std::erase(value_left, '\r'); // folds are a lone LF in a message
    return value_left;
}

} // namespace sealgate::policy
