// Whether a message could be encrypted at all: one scan over its bytes, at memory speed, before anything is
// parsed.
//
// False means that no content type, file name or armor of OpenPGP or S/MIME stands in it in plain sight.
#pragma once

#include "policy/mail/message.hpp"

namespace sealgate::keys {

bool has_encryption_trace(const policy::message& mail);

} // namespace sealgate::keys
