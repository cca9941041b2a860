// The gateway that a command is about: --config, read and checked.
// Tested by e2e/test_failures.py.
#pragma once

#include "milter/cli/arguments.hpp"
#include "milter/settings/config.hpp"

#include <optional>

namespace sealgate::milter {

// Nothing after the file's errors went to standard error.
std::optional<config> configured(const invocation& called);

} // namespace sealgate::milter
