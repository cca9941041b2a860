// The commands of `sealgate held`: the table from which the command line, --help and the tests know them.
// Tested by commands/list_test and e2e/test_held.py.
#pragma once

#include "milter/cli/dispatch.hpp"

#include <array>

namespace sealgate::milter {

extern const std::array<command_entry, 4> held_commands;

} // namespace sealgate::milter
