// Base64 (RFC 4648 section 4), as mail needs it.
//
// decode_base64 never fails: white space, line ends and bytes outside the alphabet are passed over, "=" ends a
// group, and what follows it is read on (some programs glue several encoded texts together). decode_strict_base64
// refuses all that.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::text {

// Padded, without line breaks.
std::string encode_base64(std::string_view bytes);

// At most three bytes for four characters; bits that make no whole byte are dropped.
std::string decode_base64(std::string_view text);

// Lines of base64 and nothing else: nothing where a line holds any other character (white space at its ends
// aside), where the text goes on after the padding, is not whole, or has a bit set in its last digit that
// belongs to no octet. A tolerant decoder passes over such text, and whoever reads the raw bytes does not.
// One pass, no copy but the answer.
std::optional<std::string> decode_strict_base64(std::string_view lines);

} // namespace sealgate::text
