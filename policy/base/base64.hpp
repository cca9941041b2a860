// Base64 (RFC 4648 section 4), as mail needs it.
//
// Reading never fails: white space, line ends and bytes outside the alphabet are passed over, "=" ends a
// group, and what follows it is read on (some programs glue several encoded texts together). Whoever must
// refuse broken base64 has to look for foreign bytes first.
#pragma once

#include <string>
#include <string_view>

namespace sealgate::text {

// Padded, without line breaks.
std::string encode_base64(std::string_view bytes);

// At most three bytes for four characters; bits that make no whole byte are dropped.
std::string decode_base64(std::string_view text);

} // namespace sealgate::text
