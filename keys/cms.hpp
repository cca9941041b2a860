// The outermost layer of a CMS message, RFC 5652 section 3: which content it says it holds.
#pragma once

#include <string_view>

namespace sealgate::keys {

// Whether these bytes are one whole ContentInfo with EnvelopedData or AuthEnvelopedData (RFC 5083). BER
// lengths, the indefinite one included. What is inside is not looked at.
bool is_enveloped_cms(std::string_view der);

} // namespace sealgate::keys
