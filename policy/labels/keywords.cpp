#include "policy/labels/keywords.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/encoded_word.hpp"

#include <utility>

namespace sealgate::policy {
namespace {

struct split_phrases {
    std::vector<std::string> all;
    bool open_quote = false;
};

// Between commas that are not quoted; quotes and their backslashes undone.
split_phrases phrases_in(std::string_view text) {
    split_phrases out{.all = {""}};
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"')
            out.open_quote = !out.open_quote;
        else if (out.open_quote && c == '\\' && i + 1 < text.size())
            out.all.back() += text[++i];
        else if (!out.open_quote && (c == ',' || c == ';'))
            out.all.emplace_back();
        else
            out.all.back() += c;
    }
    return out;
}

} // namespace

std::vector<label> read_keywords(std::string_view unfolded) {
    std::vector<label> out;
    const auto add = [&](std::string_view phrase, bool malformed) {
        auto said = std::string(text::trim(phrase));
        if (!said.empty()) out.push_back({.text = said, .values = {said}, .malformed = malformed});
    };
    const auto read = phrases_in(unfolded);
    for (std::size_t i = 0; i < read.all.size(); ++i) {
        const auto decoded = decode_words(read.all[i]);
        add(decoded.text, decoded.all == legible::no || (read.open_quote && i + 1 == read.all.size()));
    }
    if (const auto whole = decode_words(unfolded).text; whole != unfolded) // commas within encoded words
        for (const auto& phrase : phrases_in(whole).all) add(phrase, false);
    return out;
}

} // namespace sealgate::policy
