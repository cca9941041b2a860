// `audit show` and `audit reveal`: the records that answer a question, and, with --follow, those that come.
#pragma once

#include "milter/cli/arguments.hpp"
#include "milter/settings/config.hpp"

namespace sealgate::milter {

// Both throw where the log cannot be read, and return an exit_status: exit_no where something was asked for, and nothing
// matches.
int show_records(const invocation& called, const config& gateway);
// show, with the addresses in the place of their hashes.
int reveal_records(const invocation& called, const config& gateway);

} // namespace sealgate::milter
