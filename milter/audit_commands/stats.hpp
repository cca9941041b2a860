// `audit stats`: how many decisions, or recipients of them, have each value of a field.
// Tested by audit_commands/show_test.
#pragma once

#include "milter/cli/arguments.hpp"
#include "milter/settings/config.hpp"

namespace sealgate::milter {

// Throws where the log cannot be read, and returns an exit_status: exit_no where something was asked for, and nothing matches.
int show_counts(const invocation& called, const config& gateway);

} // namespace sealgate::milter
