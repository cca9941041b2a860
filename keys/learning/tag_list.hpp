// "name=value; name=value", as DKIM-Signature (RFC 6376 section 3.2) and Autocrypt fields are written. Pure, and linear.
// Tested by learning/dkim_signature_test and autocrypt_field_test.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::keys {

// Names and values without the white space around them, in their order; they view the text. The list may end with a ";".
// Nothing where a piece has no name. Which names there may be, how many, and how often each, is for the caller to say.
std::optional<std::vector<std::pair<std::string_view, std::string_view>>> read_tags(std::string_view text);

// Values may be folded anywhere: without any white space (ASCII alone, unlike protection/plain_html).
std::string without_folding(std::string_view value);

} // namespace sealgate::keys
