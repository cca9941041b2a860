// sealgate held refuse: its sender is told, then the mail is removed; each step once, whatever was done before.
// Tested by e2e/test_held.py.
#pragma once

#include "milter/held_commands/desk.hpp"

namespace sealgate::milter {

// One, or with --expired all that this gateway held and that are older than held.expire.
int refuse_held(const held_desk& desk, const invocation& called);

} // namespace sealgate::milter
