// The texts that staff read in notices, by language and by name, with places to be filled: "rated “{tier}”".
//
// A text is UTF-8 in one paragraph. {name} is a place; each text has the places that text_rules() gives it, some of them must
// stand in it. load_texts() sees to all that, so that filling cannot fail.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::policy {

struct language_texts {
    std::string tag;                // RFC 5646: "en", "de", "pt-BR"
    std::vector<std::string> words; // by which a mail in it is known; lower case
    std::map<std::string, std::string, std::less<>> texts;

    // Empty where there is none of that name: tiers need not have one.
    std::string_view text(std::string_view name) const;
};

// Of languages, that one; where it is not among them, the first.
const language_texts& texts_in(const std::vector<language_texts>& all, std::string_view tag);

// Every text that a language must have, and the places in it.
struct text_rule {
    std::string_view name;
    std::array<std::string_view, 3> needs = {}; // empty names count for nothing
    std::array<std::string_view, 3> may = {};
    bool added = false; // since 0.1.0: a language of one's own that lacks it has the first language's
};
std::span<const text_rule> text_rules();

// A piece of a filled text.
enum class emphasis : std::uint8_t { plain, strong, link };
struct phrase {
    std::string text;
    emphasis as = emphasis::plain;
    bool operator==(const phrase&) const = default;
};
using phrases = std::vector<phrase>;

using filling = std::vector<std::pair<std::string_view, phrase>>;

// The places filled; one that is given twice takes the first, one that is not given stays empty.
phrases fill(std::string_view text, const filling& with);
// The same, without its looks.
std::string filled(std::string_view text, const filling& with);

// The parts of a text: what stands between the places, and their names. A "{" that is never closed, or a "}" alone, is an
// error of the text: then `broken` is its offset.
struct text_part {
    std::string_view text;
    bool is_place = false;
};
struct text_parts {
    std::vector<text_part> parts;
    std::size_t broken = std::string_view::npos;
};
text_parts parts_of(std::string_view text);

} // namespace sealgate::policy
