// sealgate audit policy: what a digest in the log's records stands for.
// Tested by e2e/test_audit_policies.py.
#pragma once

#include "milter/cli/arguments.hpp"
#include "milter/settings/config.hpp"

namespace sealgate::milter {

int print_kept_policy(const invocation& called, const config& gateway);

} // namespace sealgate::milter
