// HTML that says nothing but its text: what the composers of mail programs make of a text that somebody types or pastes, and
// the skeleton that they make of none.
//
// Tags of lines and of looks, character references, and attributes in words of HTML and CSS with a few numbers. Whatever else
// could be read in the source and is not shown as text (a comment, a style sheet, a script, a link, a picture, a word of a
// language) makes it no such HTML. What the tags of a mail say is bounded, each different one counted once. Pure, linear.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace sealgate::keys {

// A text without white space and no-break spaces.
std::string without_white_space(std::string_view text);

// One for each mail.
class plain_html {
public:
    // What it shows, without white space. Nothing where it is not of this kind.
    std::optional<std::string> text_of(std::string_view html);

private:
    bool takes(std::string_view tag);
    bool takes_attributes(std::string_view attributes);
    bool takes_number(std::string_view digits, std::size_t longest);

    std::unordered_set<std::string> seen_; // attributes
    std::size_t said_ = 0, numbers_ = 0;   // in them, octets and numbers
};

} // namespace sealgate::keys
