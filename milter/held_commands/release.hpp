// sealgate held release: decides a held mail anew and lets it go, each step once, whatever was done before (release_step.hpp).
// Tested by e2e/test_held.py.
#pragma once

#include "milter/held_commands/desk.hpp"

namespace sealgate::milter {

int release_held(const held_desk& desk, const invocation& called);

} // namespace sealgate::milter
