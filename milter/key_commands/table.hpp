// The commands of `sealgate keys`: the table from which the command line, --help and the tests know them.
// Tested by e2e/test_key_states.py and test_found_keys.py.
#pragma once

#include "milter/cli/dispatch.hpp"

#include <array>

namespace sealgate::milter {

extern const std::array<command_entry, 15> keys_commands;

} // namespace sealgate::milter
