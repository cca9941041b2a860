// Whether the Subject of a mail says something to whoever carries it: a mail that is encrypted otherwise still shows it.
#pragma once

#include "policy/message.hpp"

namespace sealgate::policy {

// False where it is missing or empty, or a text that mail programs put in place of the true one, which then stands inside
// the encrypted part (RFC 9788 section 3.2.1: "[...]").
bool subject_says_something(const message& mail);

} // namespace sealgate::policy
