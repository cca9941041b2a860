// Who runs a command that changes something, as the audit log calls them.
// Tested by e2e/test_audit_keys.py and test_held.py.
#pragma once

#include "policy/audit/pseudonym.hpp"

#include <string>

namespace sealgate::milter {

// Behind sudo, who ran that: "ann as root".
std::string current_user(const policy::pseudonyms& names);

} // namespace sealgate::milter
