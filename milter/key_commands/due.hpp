// sealgate keys due: which certificates end soon, or have ended (keys/store/due.hpp).
// Tested by e2e/test_keys_due.py.
#pragma once

#include "milter/key_commands/desk.hpp"

namespace sealgate::milter {

int list_due(const key_desk& desk, const invocation& called);

} // namespace sealgate::milter
