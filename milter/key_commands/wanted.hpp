// sealgate keys wanted: whom mail could not be sent to for want of a key, from the audit log (policy/report/wanted.hpp).
// Tested by e2e/test_keys_wanted.py.
#pragma once

#include "milter/key_commands/desk.hpp"
#include "policy/report/wanted.hpp"

namespace sealgate::milter {

// Of the last thirty days. Throws where the log cannot be read.
policy::wanted_keys wanted_lately(const key_desk& desk);

int list_wanted(const key_desk& desk, const invocation& called);

} // namespace sealgate::milter
