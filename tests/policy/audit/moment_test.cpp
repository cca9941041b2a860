// Moments as people write them.
#include "policy/audit/moment.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;
using std::chrono::November;
using std::chrono::sys_days;

const sys_days monday{November / 23 / 2026};
const auto noon = monday + 12h;

TEST(Moment, IsLongAgoOrADayOrATime) {
    EXPECT_EQ(to_moment("2h", noon), noon - 2h);
    EXPECT_EQ(to_moment("30d", noon), noon - 30 * 24h);
    EXPECT_EQ(to_moment("1w", noon), noon - 7 * 24h);
    EXPECT_EQ(to_moment("2026-11-23", noon), monday);
    EXPECT_EQ(to_moment("2026-11-23T11:59:00Z", noon), noon - 1min);
}

TEST(Moment, DaysHaveNames) {
    EXPECT_EQ(to_moment("today", noon), monday);
    EXPECT_EQ(to_moment("Yesterday", noon), monday - 24h);
    EXPECT_EQ(to_moment("monday", noon), monday) << "today is one";
    EXPECT_EQ(to_moment("Sunday", noon), monday - 24h);
    EXPECT_EQ(to_moment("tuesday", noon), monday - 6 * 24h);
}

TEST(Moment, WeeksBeginOnMonday) {
    EXPECT_EQ(to_moment("2026-W48", noon), monday);
    EXPECT_EQ(to_moment("2026-w01", noon), sys_days(std::chrono::December / 29 / 2025));
    EXPECT_EQ(to_moment("2026-W53", noon), sys_days(std::chrono::December / 28 / 2026));
    EXPECT_FALSE(to_moment("2025-W53", noon)) << "that year has none";
}

TEST(Moment, AnythingElseIsToldWhatWouldDo) {
    for (const auto* wrong : {"", "tomorrow", "mon", "2026-13-01", "2026-02-30", "2026-W00", "2026-W54", "2026-W4", "-3d",
                              "99999999999999999999d", "300000d", "3 weeks"}) {
        const auto moment = to_moment(wrong, noon);
        ASSERT_FALSE(moment) << wrong;
        EXPECT_THAT(moment.error(), HasSubstr("30d, 12h, yesterday, monday, 2026-W48"));
    }
}

} // namespace
} // namespace sealgate::policy
