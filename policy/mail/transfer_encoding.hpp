// Quoted-printable, RFC 2045 section 6.7, undone and done. Linear; never fails.
#pragma once

#include <string>
#include <string_view>

namespace sealgate::policy {

// What is no valid escape stays as it is, and so do line ends.
std::string decode_quoted_printable(std::string_view encoded);

// Text with CRLF line ends, in lines of at most 76 octets.
std::string encode_quoted_printable(std::string_view text);

} // namespace sealgate::policy
