// sealgate keys wanted: whom mail could not be sent to for want of a key, from the audit log (policy/report/wanted.hpp).
// Tested by e2e/test_keys_wanted.py.
#pragma once

#include "milter/key_commands/desk.hpp"

namespace sealgate::milter {

int list_wanted(const key_desk& desk, const invocation& called);

} // namespace sealgate::milter
