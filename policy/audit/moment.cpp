#include "policy/audit/moment.hpp"

#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"
#include "policy/base/yaml_values.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace sealgate::policy {

namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::system_clock;
using std::chrono::weekday;

constexpr auto weekdays =
    std::to_array<std::string_view>({"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"});

std::optional<sys_days> day_named(std::string_view word, sys_days today) {
    if (text::iequals(word, "today")) return today;
    if (text::iequals(word, "yesterday")) return today - days(1);
    const auto at = std::ranges::find_if(weekdays, [&](auto one) { return text::iequals(one, word); });
    if (at == weekdays.end()) return std::nullopt;
    return today - (weekday(today) - weekday(static_cast<unsigned>(at - weekdays.begin())));
}

// "2026-W48": its Monday. The week of a year's first Thursday is its first, and a year has 52 or 53.
std::optional<sys_days> monday_of_week(std::string_view written) {
    constexpr std::size_t size = 8;
    if (written.size() != size || !text::iequals(written.substr(4, 2), "-W")) return std::nullopt;
    const auto year = text::whole_number<int>(written.substr(0, 4)), week = text::whole_number<int>(written.substr(6));
    if (!year || !week || *week < 1) return std::nullopt;
    const auto first_monday_of = [](int of) {
        const sys_days fourth(std::chrono::year(of) / std::chrono::January / 4); // is in the first week, whatever day it is
        return fourth - (weekday(fourth) - std::chrono::Monday);
    };
    const auto out = first_monday_of(*year) + days(7 * (*week - 1));
    return out < first_monday_of(*year + 1) ? std::optional(out) : std::nullopt;
}

} // namespace

std::expected<system_clock::time_point, std::string> to_moment(std::string_view written, system_clock::time_point now) {
    constexpr std::uint64_t longest = 100ULL * 366 * 86400; // seconds; centuries do not fit a time_point
    if (const auto seconds = yaml::to_seconds(written); seconds && *seconds < longest)
        return now - std::chrono::seconds(static_cast<std::int64_t>(*seconds));
    if (const auto day = day_named(written, std::chrono::floor<days>(now))) return *day;
    if (const auto monday = monday_of_week(written)) return *monday;
    const auto whole = written.size() == 10 ? std::string(written) + "T00:00:00Z" : std::string(written);
    if (const auto time = parse_rfc3339(whole)) return *time;
    return std::unexpected("\"" + text::printable(written) +
                           "\" is no time such as 30d, 12h, yesterday, monday, 2026-W48, 2026-11-23 or 2026-11-23T09:00:00Z");
}

} // namespace sealgate::policy
