// Times as text: RFC 3339 section 5.6, always UTC, milliseconds, "2026-11-23T09:00:00.123Z".
// Tested by base/text_test.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate {

using wall_time = std::chrono::system_clock::time_point;

std::string rfc3339(wall_time time);

// As rfc3339() writes it; the fraction may be missing. Nothing beyond the years 1678 to 2261.
std::optional<wall_time> parse_rfc3339(std::string_view text);

} // namespace sealgate
