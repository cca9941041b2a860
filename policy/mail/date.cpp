#include "policy/mail/date.hpp"

#include "policy/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace sealgate::policy {

std::string mail_date(std::chrono::system_clock::time_point time) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    char out[64];
    std::snprintf(out, sizeof out, "%s, %u %s %d %02d:%02d:%02d +0000", days[std::chrono::weekday(day).c_encoding()],
                  static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                  static_cast<int>(date.year()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
    return out;
}

std::chrono::minutes zone_of(const message& mail) {
    using std::chrono::hours, std::chrono::minutes;
    const auto fields = field_values(mail, "Date");
    if (fields.size() != 1) return minutes{0};
    const auto value = unfolded(fields.front());
    const auto date = text::trim(std::string_view(value).substr(0, value.find('('))); // a comment may stand behind it
    const auto zone = date.substr(date.find_last_of(" \t") + 1);
    if (zone.size() != 5 || (zone[0] != '+' && zone[0] != '-')) return minutes{0};
    if (!std::ranges::all_of(zone.substr(1), text::is_digit)) return minutes{0};
    const auto two = [&](std::size_t at) { return (zone[at] - '0') * 10 + (zone[at + 1] - '0'); };
    const auto east = (hours{two(1)} + minutes{two(3)}) * (zone[0] == '-' ? -1 : 1);
    return two(3) > 59 || east < hours{-12} || east > hours{14} ? minutes{0} : east;
}

std::string zone_name(std::chrono::minutes zone) {
    if (zone == zone.zero()) return "UTC";
    const auto away = std::chrono::abs(zone).count();
    char out[32];
    std::snprintf(out, sizeof out, "UTC%c%02d:%02d", zone < zone.zero() ? '-' : '+', static_cast<int>(away / 60),
                  static_cast<int>(away % 60));
    return out;
}

} // namespace sealgate::policy
