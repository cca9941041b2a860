// The commands: each runs once and returns an exit_status. Results go to standard output, errors to standard error.
#pragma once

#include "milter/cli/dispatch.hpp"

#include <array>
#include <span>

namespace sealgate::milter {

// All of `sealgate`: the table from which the command line, --help and the tests know them.
std::span<const command_entry> all_commands();

int cmd_serve(const invocation& called);
int cmd_check(const invocation& called);
int cmd_reload(const invocation& called);
int cmd_status(const invocation& called);
int cmd_explain(const invocation& called);
int cmd_handbook(const invocation& called);
int cmd_report(const invocation& called);
int cmd_simulate(const invocation& called);
int cmd_version(const invocation& called);

// Of `sealgate outbox`.
extern const std::array<command_entry, 3> outbox_commands;

} // namespace sealgate::milter
