#include "policy/report/time_axis.hpp"

#include "policy/base/rfc3339.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sealgate::policy {

namespace {

using namespace std::chrono;
constexpr std::array<std::string_view, 12> month_names{"January", "February", "March",     "April",   "May",      "June",
                                                       "July",    "August",   "September", "October", "November", "December"};

time_step step_for(wall_time from, wall_time to) {
    const auto span = floor<days>(to) - floor<days>(from); // in nanoseconds three centuries are too many
    if (span <= days(2)) return time_step::hour;
    if (span <= days(93)) return time_step::day;
    if (span <= days(3 * 366)) return time_step::week;
    return span <= days(20 * 366) ? time_step::month : time_step::year;
}

year_month_day date_of(wall_time time) { return floor<days>(time); }

wall_time begin_of(time_step step, wall_time time) {
    const auto date = date_of(time);
    switch (step) {
    case time_step::hour: return floor<hours>(time);
    case time_step::day: return sys_days(date);
    case time_step::week: return sys_days(date) - (weekday(sys_days(date)) - Monday);
    case time_step::month: return sys_days(date.year() / date.month() / 1);
    case time_step::year: return sys_days(date.year() / January / 1);
    }
    return time;
}

wall_time next_of(time_step step, wall_time begin) {
    const auto date = date_of(begin);
    switch (step) {
    case time_step::hour: return begin + hours(1);
    case time_step::day: return begin + days(1);
    case time_step::week: return begin + weeks(1);
    case time_step::month: return sys_days(date + months(1)); // the first of a month
    case time_step::year: return sys_days(date + years(1));
    }
    return begin;
}

std::string_view month_of(const year_month_day& date) { return month_names[static_cast<unsigned>(date.month()) - 1]; }

std::string clock_text(wall_time time) {
    const hh_mm_ss clock(floor<minutes>(time - floor<days>(time)));
    return fmt::format("{:02}:{:02}", clock.hours().count(), clock.minutes().count());
}

time_slot slot_at(time_step step, wall_time begin) {
    const auto date = date_of(begin);
    const auto day = fmt::format("{} {}", static_cast<unsigned>(date.day()), month_of(date).substr(0, 3));
    const auto month = fmt::format("{} {}", month_of(date), static_cast<int>(date.year()));
    time_slot out{.begin = begin, .end = next_of(step, begin), .name = date_text(begin), .tick = day};
    switch (step) {
    case time_step::hour:
        out.name += ", " + clock_text(begin);
        out.tick = clock_text(begin) == "00:00" ? day : clock_text(begin);
        break;
    case time_step::day: break;
    case time_step::week:
        out.name = "week of " + out.name;
        out.tick = day + month.substr(month.size() - 5);
        break;
    case time_step::month:
        out.name = month;
        out.tick = month.substr(0, 3) + month.substr(month.size() - 5);
        break;
    case time_step::year: out.name = out.tick = month.substr(month.size() - 4); break;
    }
    return out;
}

} // namespace

time_axis axis_of(wall_time from, wall_time to) {
    time_axis out{.step = step_for(from, to), .slots = {}};
    auto begin = begin_of(out.step, from);
    do {
        out.slots.push_back(slot_at(out.step, begin));
        begin = out.slots.back().end;
    } while (begin < to);
    return out;
}

std::optional<double> time_axis::position_of(wall_time time) const {
    if (slots.empty() || time < slots.front().begin || time >= slots.back().end) return std::nullopt;
    const auto slot = std::ranges::upper_bound(slots, time, {}, &time_slot::begin) - 1;
    const duration<double> whole = slot->end - slot->begin, within = time - slot->begin;
    return static_cast<double>(slot - slots.begin()) + within / whole;
}

std::string_view name_of(time_step step) {
    switch (step) {
    case time_step::hour: return "hour";
    case time_step::day: return "day";
    case time_step::week: return "week";
    case time_step::month: return "month";
    case time_step::year: return "year";
    }
    return "?";
}

std::string date_text(wall_time time) {
    const auto date = date_of(time);
    return fmt::format("{} {} {}", static_cast<unsigned>(date.day()), month_of(date), static_cast<int>(date.year()));
}

std::string time_text(wall_time time) { return date_text(time) + ", " + clock_text(time) + " UTC"; }

std::string sortable_text(wall_time time) {
    const auto date = date_of(time);
    return fmt::format("{:04}-{:02}-{:02} {}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), clock_text(time));
}

} // namespace sealgate::policy
