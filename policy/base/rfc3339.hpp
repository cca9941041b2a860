// Times as text: RFC 3339 section 5.6, always UTC, milliseconds, "2026-11-23T09:00:00.123Z".
#pragma once

#include <chrono>
#include <string>

namespace sealgate {

std::string rfc3339(std::chrono::system_clock::time_point time);

} // namespace sealgate
