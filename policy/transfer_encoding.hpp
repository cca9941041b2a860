// Content transfer encodings undone, RFC 2045 section 6.7 and 6.8. Linear; never fails but by its answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::policy {

// Lines of base64 and nothing else: nothing where a line holds any other character (white space at its ends
// aside), where the text goes on after the padding, or is not whole. A tolerant decoder passes over such
// text, and whoever reads the raw bytes does not.
std::optional<std::string> decode_strict_base64(std::string_view encoded);

// What is no valid escape stays as it is, and so do line ends.
std::string decode_quoted_printable(std::string_view encoded);

} // namespace sealgate::policy
