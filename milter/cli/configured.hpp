// The gateway that a command is about: --config, read and checked.
// Tested by e2e/test_failures.py and e2e/test_status.py.
#pragma once

#include "milter/cli/arguments.hpp"
#include "milter/settings/config.hpp"

#include <optional>

namespace sealgate::milter {

// Nothing after the file's errors went to standard error.
std::optional<config> configured(const invocation& called);

// Of a gateway that runs and is only asked, whatever has gone wrong with its file since: its state directory is what counts.
// Where even that cannot be read, it is $STATE_DIRECTORY, which systemd sets. Nothing after the file's errors.
std::optional<config> configured_to_ask(const invocation& called);

} // namespace sealgate::milter
