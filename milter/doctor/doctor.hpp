// sealgate doctor: tries what a running installation needs, and says what is wrong with the command that mends it (decision
// 0032). Tested by e2e/test_doctor.py.
#pragma once

#include "milter/cli/arguments.hpp"

namespace sealgate::milter {

int cmd_doctor(const invocation& called);

} // namespace sealgate::milter
