// The time of a mail's Date field: RFC 5322 section 3.3, always UTC, whatever the locale says; and the zone of one that came.
#pragma once

#include "policy/mail/message.hpp"

#include <chrono>
#include <string>

namespace sealgate::policy {

std::string mail_date(std::chrono::system_clock::time_point time);

// How far east of UTC its Date field says that it was written; zero where it says nothing that a clock on earth could show.
std::chrono::minutes zone_of(const message& mail);

// "UTC", "UTC+05:30".
std::string zone_name(std::chrono::minutes zone);

} // namespace sealgate::policy
