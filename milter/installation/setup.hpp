// sealgate setup: from an installed package to watched mail, and back (decision 0032).
// Tested by e2e/test_setup.py.
#pragma once

#include "milter/cli/arguments.hpp"

namespace sealgate::milter {

int cmd_setup(const invocation& called);

} // namespace sealgate::milter
