// A policy that a command is told to try beside the one in force: --policy FILE.
// Tested by e2e/test_simulate.py.
#pragma once

#include "milter/cli/arguments.hpp"
#include "policy/rules/policy.hpp"

#include <optional>
#include <string>

namespace sealgate::milter {

// Nothing after the file's errors went to standard error.
std::optional<policy::policy> policy_in(const std::string& file);

} // namespace sealgate::milter
