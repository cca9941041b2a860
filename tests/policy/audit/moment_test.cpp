// Moments as people write them.
#include "policy/audit/moment.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;
using std::chrono::November;
using std::chrono::sys_days;

const sys_days a_monday{November / 23 / 2026};
const auto at_noon = a_monday + 12h;

TEST(Moment, IsLongAgoOrADayOrATime) {
    EXPECT_EQ(to_moment("2h", at_noon), at_noon - 2h);
    EXPECT_EQ(to_moment("30d", at_noon), at_noon - 30 * 24h);
    EXPECT_EQ(to_moment("1w", at_noon), at_noon - 7 * 24h);
    EXPECT_EQ(to_moment("2026-11-23", at_noon), a_monday);
    EXPECT_EQ(to_moment("2026-11-23T11:59:00Z", at_noon), at_noon - 1min);
}

TEST(Moment, DaysHaveNames) {
    EXPECT_EQ(to_moment("today", at_noon), a_monday);
    EXPECT_EQ(to_moment("Yesterday", at_noon), a_monday - 24h);
    EXPECT_EQ(to_moment("monday", at_noon), a_monday) << "today is one";
    EXPECT_EQ(to_moment("Sunday", at_noon), a_monday - 24h);
    EXPECT_EQ(to_moment("tuesday", at_noon), a_monday - 6 * 24h);
}

TEST(Moment, WeeksBeginOnMonday) {
    EXPECT_EQ(to_moment("2026-W48", at_noon), a_monday);
    EXPECT_EQ(to_moment("2026-w01", at_noon), sys_days(std::chrono::December / 29 / 2025));
    EXPECT_EQ(to_moment("2026-W53", at_noon), sys_days(std::chrono::December / 28 / 2026));
    EXPECT_FALSE(to_moment("2025-W53", at_noon)) << "that year has none";
}

TEST(Moment, AnythingElseIsToldWhatWouldDo) {
    for (const auto* wrong : {"", "tomorrow", "mon", "2026-13-01", "2026-02-30", "2026-W00", "2026-W54", "2026-W4", "-3d",
                              "99999999999999999999d", "300000d", "3 weeks"}) {
        const auto moment = to_moment(wrong, at_noon);
        ASSERT_FALSE(moment) << wrong;
        EXPECT_THAT(moment.error(), HasSubstr("30d, 12h, yesterday, monday, 2026-W48"));
    }
}

} // namespace
} // namespace sealgate::policy
