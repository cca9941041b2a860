// Moments as people write them in questions to the log. All of it UTC. Pure. Tested by audit/moment_test.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>

namespace sealgate::policy {

// "1w", "30d", "12h", "30m", "90s": so long before now. When a day began: "today", "yesterday", "monday" (the last one, today
// among them), "2026-11-23"; or a week (ISO 8601): "2026-W48". Or RFC 3339, "2026-11-23T09:00:00Z". Letters' case does not
// matter. The error says what would do.
std::expected<std::chrono::system_clock::time_point, std::string> to_moment(std::string_view text,
                                                                            std::chrono::system_clock::time_point now);

} // namespace sealgate::policy
