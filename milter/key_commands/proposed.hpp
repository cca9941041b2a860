// sealgate keys proposed: certificates that were found and that mail is not sealed to until an administrator approves them,
// with what speaks for each. Tested by e2e/test_key_trust.py.
#pragma once

#include "milter/key_commands/desk.hpp"

namespace sealgate::milter {

int list_proposed(const key_desk& desk, const invocation& called);

} // namespace sealgate::milter
