// sealgate status --fleet: how the gateways stand whose logs are in one database.
// Tested by e2e/test_fleet_status.py.
#pragma once

#include "milter/cli/arguments.hpp"

namespace sealgate::milter {

// The exit status: exit_no where they differ.
int show_fleet(const invocation& called);

} // namespace sealgate::milter
