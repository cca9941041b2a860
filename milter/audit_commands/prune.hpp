// sealgate audit prune: lets the running gateway take away what is older than audit.keep.
// Tested by e2e/test_audit_prune.py.
#pragma once

#include "milter/cli/arguments.hpp"
#include "milter/settings/config.hpp"

namespace sealgate::milter {

int prune_audit_log(const invocation& called, const config& gateway);

} // namespace sealgate::milter
