#include "policy/base/rfc3339.hpp"

#include <fmt/format.h>

#include <charconv>

namespace sealgate {

namespace {

// A time_point counts nanoseconds in 64 bits.
constexpr long first_year = 1678;
constexpr long last_year = 2261;

std::optional<long> number_in(std::string_view digits) {
    long value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size() || value < 0) return std::nullopt;
    return value;
}

} // namespace

std::string rfc3339(std::chrono::system_clock::time_point time) {
    using namespace std::chrono;
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<milliseconds>(time - day));
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::optional<std::chrono::system_clock::time_point> parse_rfc3339(std::string_view text) {
    const bool has_fraction = text.size() == 24 && text[19] == '.';
    if (!(has_fraction || text.size() == 20) || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
        text[16] != ':' || text.back() != 'Z')
        return std::nullopt;
    const auto year = number_in(text.substr(0, 4)), month = number_in(text.substr(5, 2)), day = number_in(text.substr(8, 2));
    const auto hour = number_in(text.substr(11, 2)), minute = number_in(text.substr(14, 2));
    const auto second = number_in(text.substr(17, 2));
    const auto fraction = has_fraction ? number_in(text.substr(20, 3)) : std::optional(0L);
    if (!year || !month || !day || !hour || !minute || !second || !fraction) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (*year < first_year || *year > last_year || !date.ok() || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           std::chrono::seconds(*second) + std::chrono::milliseconds(*fraction);
}

} // namespace sealgate
