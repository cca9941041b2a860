// Encrypted CMS messages: EnvelopedData (RFC 5652 section 6) and AuthEnvelopedData (RFC 5083), DER or BER.
//
// Read down to each recipient and to the encrypted content. Refuses a message without recipients or without
// content, content and encrypted keys (all together) that do not look like ciphertext, certificates and attributes of more
// than a few KiB, anything behind it. As with OpenPGP this proves form only. Pure, linear.
#pragma once

#include <string_view>

namespace sealgate::keys {

// Whether these bytes are one whole ContentInfo with such a message.
bool is_enveloped_cms(std::string_view der);

} // namespace sealgate::keys
