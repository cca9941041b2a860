// sealgate keys list and show: which certificates there are, and what mail to somebody is encrypted to.
// Tested by e2e/test_key_states.py.
#pragma once

#include "milter/key_commands/desk.hpp"

namespace sealgate::milter {

int list_certificates(const key_desk& desk, const invocation& called);
int show_certificates(const key_desk& desk, const invocation& called);

} // namespace sealgate::milter
