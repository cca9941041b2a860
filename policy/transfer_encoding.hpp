// Quoted-printable undone, RFC 2045 section 6.7. Linear; never fails.
#pragma once

#include <string>
#include <string_view>

namespace sealgate::policy {

// What is no valid escape stays as it is, and so do line ends.
std::string decode_quoted_printable(std::string_view encoded);

} // namespace sealgate::policy
