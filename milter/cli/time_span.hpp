// An option whose value is a length of time: 30d, 12h, 90s.
// Tested by e2e/test_keys_due.py and test_outbox.py.
#pragma once

#include "milter/cli/arguments.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace sealgate::milter {

// `otherwise` where it was not given; nothing after a complaint.
std::optional<std::chrono::seconds> time_span(const invocation& called, std::string_view option,
                                              std::chrono::seconds otherwise);

} // namespace sealgate::milter
