// The commands: each runs once and returns an exit_status. Results go to standard output, errors to standard error.
#pragma once

#include "milter/cli.hpp"

namespace sealgate::milter {

int cmd_serve(const invocation& called);
int cmd_check(const invocation& called);
int cmd_explain(const invocation& called);
int cmd_keys(const invocation& called);
int cmd_audit(const invocation& called);
int cmd_outbox(const invocation& called);
int cmd_report(const invocation& called);
int cmd_version(const invocation& called);

} // namespace sealgate::milter
