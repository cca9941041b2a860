// `audit show`, `audit reveal` and `audit stats`: what the log answers, as a table, as JSON lines or as CSV (RFC 4180).
#pragma once

#include "milter/cli/arguments.hpp"
#include "milter/settings/config.hpp"

namespace sealgate::milter {

// All throw where the log cannot be read, and return an exit_status: exit_no where something was asked for, and nothing
// matches.
int show_records(const invocation& called, const config& gateway);
// show, with the addresses in the place of their hashes.
int reveal_records(const invocation& called, const config& gateway);
int show_counts(const invocation& called, const config& gateway);

} // namespace sealgate::milter
