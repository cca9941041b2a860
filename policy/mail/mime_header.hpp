// The header of a part, read into it: type, encoding, names; and whether it is odd, or says more than programs give to a part.
// Part of mime, used by nobody else. Linear; never fails.
// Tested by mail/mime_test.
#pragma once

#include "policy/mail/message.hpp"
#include "policy/mail/mime_part.hpp"

#include <string_view>

namespace sealgate::policy {

// The message's own.
void read_header_of(const message& mail, mime_part& part);

// The one at the front of an entity. Returns what follows the empty line.
std::string_view read_header(std::string_view entity, mime_part& part);

} // namespace sealgate::policy
