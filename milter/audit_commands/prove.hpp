// `audit prove` and `audit check-proof`: one decision as a proof that stands without the log, and such a proof checked.
// Tested by e2e/test_audit_prove.py.
#pragma once

#include "milter/cli/arguments.hpp"
#include "milter/settings/config.hpp"

namespace sealgate::milter {

// Return an exit_status.
int prove_record(const invocation& called, const config& gateway);
int check_proofs(const invocation& called);

} // namespace sealgate::milter
