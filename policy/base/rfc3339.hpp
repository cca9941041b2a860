// Times as text: RFC 3339 section 5.6, always UTC, milliseconds, "2026-11-23T09:00:00.123Z".
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate {

std::string rfc3339(std::chrono::system_clock::time_point time);

// As rfc3339() writes it; the fraction may be missing. From 1700 to 2199: a time_point counts nanoseconds in 64 bits.
std::optional<std::chrono::system_clock::time_point> parse_rfc3339(std::string_view text);

} // namespace sealgate
