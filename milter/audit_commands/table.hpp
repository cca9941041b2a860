// The commands of `sealgate audit`: the table from which the command line, --help and the tests know them.
// Tested by commands/list_test and e2e/test_audit.py.
#pragma once

#include "milter/cli/dispatch.hpp"

#include <array>

namespace sealgate::milter {

extern const std::array<command_entry, 8> audit_commands;

} // namespace sealgate::milter
