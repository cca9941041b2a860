// The time of a mail's Date field: RFC 5322 section 3.3, always UTC, whatever the locale says.
// Tested by notices/message_test.
#pragma once

#include <chrono>
#include <string>

namespace sealgate::policy {

std::string mail_date(std::chrono::system_clock::time_point time);

} // namespace sealgate::policy
