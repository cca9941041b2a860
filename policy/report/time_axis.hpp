// A period as the slots of a picture: hours, days, weeks (from Monday, ISO 8601), months or years, as coarse as it takes to
// see them. UTC throughout. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

enum class time_step : std::uint8_t { hour, day, week, month, year };

struct time_slot {
    std::chrono::system_clock::time_point begin, end; // end is the next one's begin
    std::string name;                                 // "3 November 2026", "week of 2 November 2026"
    std::string tick;                                 // "3 Nov"
};

struct time_axis {
    time_step step = time_step::day;
    std::vector<time_slot> slots; // at least one, and at most some hundreds

    // Which slot a time lies in, and how far in it, from 0 to slots.size(); nothing outside of the axis.
    std::optional<double> position_of(std::chrono::system_clock::time_point time) const;
};

// All slots that [from, to] touches.
time_axis axis_of(std::chrono::system_clock::time_point from, std::chrono::system_clock::time_point to);

std::string_view name_of(time_step step);

std::string date_text(std::chrono::system_clock::time_point time);     // "27 November 2026"
std::string time_text(std::chrono::system_clock::time_point time);     // "27 November 2026, 02:30 UTC"
std::string sortable_text(std::chrono::system_clock::time_point time); // "2026-11-27 02:30"

} // namespace sealgate::policy
