// An SMTP reply as a milter hands it over (SMFIR_REPLYCODE), RFC 5321 section 4.2.1, RFC 2034.
//
//     550-5.7.1 first line CRLF 550 5.7.1 last line NUL
//
// Refuses codes other than 4xx and 5xx, an enhanced code that is none or of another class, and a reply
// without text: Postfix would turn such a reply into "451 4.3.5 Server configuration error". Bends: what is
// no printable ASCII becomes '?'; a line is cut at 512 octets; of a reply that fills more than one packet the
// last lines before the very last go, since that one carries the decision id.
#pragma once

#include "policy/mail/smtp_reply.hpp"

#include <optional>
#include <string>

namespace sealgate::milter {

using policy::smtp_reply;

// The payload, NUL included; nothing if the reply is malformed.
std::optional<std::string> encode_reply(const smtp_reply&);

} // namespace sealgate::milter
