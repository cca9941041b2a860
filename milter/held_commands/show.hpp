// sealgate held list and show: what waits, why, and what to type. They change no mail.
// Tested by e2e/test_held.py.
#pragma once

#include "milter/held_commands/desk.hpp"

namespace sealgate::milter {

int list_held(const held_desk& desk, const invocation& called);
int show_held(const held_desk& desk, const invocation& called);

} // namespace sealgate::milter
