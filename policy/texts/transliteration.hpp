// A text of a language in ASCII, as an SMTP reply needs it (RFC 5321 section 4.2): letters without their accents, "ü" of German
// as "ue", quotation marks and dashes as ASCII has them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::policy {

// Nothing where a letter has no likeness in ASCII.
std::optional<std::string> in_ascii(std::string_view text, std::string_view language);

} // namespace sealgate::policy
