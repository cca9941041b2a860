#include "policy/base/rfc3339.hpp"

#include "policy/base/text.hpp"

#include <fmt/format.h>

namespace sealgate {

namespace {

// A time_point counts nanoseconds in 64 bits.
constexpr long first_year = 1678;
constexpr long last_year = 2261;

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
    constexpr auto number = text::whole_number<unsigned>;
    const auto year = number(text.substr(0, 4)), month = number(text.substr(5, 2)), day = number(text.substr(8, 2));
    const auto hour = number(text.substr(11, 2)), minute = number(text.substr(14, 2));
    const auto second = number(text.substr(17, 2));
    const auto fraction = has_fraction ? number(text.substr(20, 3)) : std::optional(0u);
    if (!year || !month || !day || !hour || !minute || !second || !fraction) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                           std::chrono::day(*day)};
    if (*year < first_year || *year > last_year || !date.ok() || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           std::chrono::seconds(*second) + std::chrono::milliseconds(*fraction);
}

} // namespace sealgate
