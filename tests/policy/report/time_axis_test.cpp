// A period as slots that people read.
#include "policy/base/rfc3339.hpp"
#include "policy/report/time_axis.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using namespace std::chrono_literals;

std::chrono::system_clock::time_point at(std::string_view text) { return parse_rfc3339(text).value(); }

TEST(TimeAxis, StepsAreAsCoarseAsThePeriodIsLong) {
    struct {
        const char *from, *to;
        time_step step;
        std::size_t slots;
        const char *first, *tick, *last;
    } const table[] = {
        {"2026-11-27T12:30:00Z", "2026-11-27T12:30:00Z", time_step::hour, 1, "27 November 2026, 12:00", "12:00",
         "27 November 2026, 12:00"},
        {"2026-11-26T23:30:00Z", "2026-11-27T12:30:00Z", time_step::hour, 14, "26 November 2026, 23:00", "23:00",
         "27 November 2026, 12:00"},
        {"2026-10-28T12:00:00Z", "2026-11-27T12:00:00Z", time_step::day, 31, "28 October 2026", "28 Oct", "27 November 2026"},
        {"2025-10-23T12:00:00Z", "2026-11-27T12:00:00Z", time_step::week, 58, "week of 20 October 2025", "20 Oct 2025",
         "week of 23 November 2026"},
        {"2020-01-31T12:00:00Z", "2026-11-27T12:00:00Z", time_step::month, 83, "January 2020", "Jan 2020", "November 2026"},
        {"1970-01-01T00:00:00Z", "2026-11-27T12:00:00Z", time_step::year, 57, "1970", "1970", "2026"},
        {"1700-01-01T00:00:00Z", "2026-11-27T12:00:00Z", time_step::year, 327, "1700", "1700", "2026"},
    };
    for (const auto& row : table) {
        const auto axis = axis_of(at(row.from), at(row.to));
        EXPECT_EQ(axis.step, row.step) << row.from;
        EXPECT_EQ(axis.slots.size(), row.slots) << row.from;
        EXPECT_EQ(axis.slots.front().name, row.first);
        EXPECT_EQ(axis.slots.front().tick, row.tick);
        EXPECT_EQ(axis.slots.back().name, row.last);
    }
}

TEST(TimeAxis, SlotsFollowOneAnotherWithoutAGap) {
    for (const auto span : {1h, 47h, 24h * 90, 24h * 400, 24h * 366 * 5, 24h * 366 * 60}) {
        const auto to = at("2026-11-27T12:00:00Z");
        const auto axis = axis_of(to - span, to);
        EXPECT_LE(axis.slots.front().begin, to - span);
        EXPECT_GE(axis.slots.back().end, to);
        EXPECT_LE(axis.slots.size(), 250u);
        for (std::size_t i = 1; i < axis.slots.size(); ++i) EXPECT_EQ(axis.slots[i].begin, axis.slots[i - 1].end);
    }
}

TEST(TimeAxis, TimesHaveAPlaceOnIt) {
    const auto axis = axis_of(at("2026-11-20T00:00:00Z"), at("2026-11-27T12:00:00Z"));
    EXPECT_EQ(axis.position_of(at("2026-11-20T00:00:00Z")), 0.0);
    EXPECT_EQ(axis.position_of(at("2026-11-22T12:00:00Z")), 2.5);
    EXPECT_EQ(axis.position_of(at("2026-11-19T23:59:59Z")), std::nullopt);
    EXPECT_EQ(axis.position_of(at("2026-11-28T00:00:00Z")), std::nullopt);
}

TEST(TimeAxis, TimesReadWell) {
    EXPECT_EQ(time_text(at("2026-11-07T02:05:59Z")), "7 November 2026, 02:05 UTC");
    EXPECT_EQ(sortable_text(at("2026-11-07T02:05:59Z")), "2026-11-07 02:05");
}

} // namespace
} // namespace sealgate::policy
