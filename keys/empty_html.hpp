// HTML that shows nothing and says nothing: the skeleton that Exchange and Outlook write around no text.
//
// A list of tags as those programs write them, white space and hard spaces; anything else (an attribute, a comment,
// a word) is something. Pure, linear.
#pragma once

#include <string_view>

namespace sealgate::keys {

bool is_empty_html(std::string_view html);

} // namespace sealgate::keys
