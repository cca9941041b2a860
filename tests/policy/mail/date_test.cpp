// The zone of a Date field, whatever stands in it.
#include "policy/mail/date.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

TEST(DateZone, IsWhatAClockOnEarthCouldShow) {
    const struct {
        const char* header;
        int minutes;
        const char* name;
    } cases[] = {{"Date: Mon, 23 Nov 2026 10:00:00 +0100\n", 60, "UTC+01:00"},
                 {"Date: Mon, 23 Nov 2026 05:30:00 -0330 (NST)\n", -210, "UTC-03:30"},
                 {"date:Mon, 23 Nov 2026\n\t10:00:00\n +0545 \n", 345, "UTC+05:45"},
                 {"Date: Mon, 23 Nov 2026 10:00:00 +1400\n", 840, "UTC+14:00"},
                 {"Date: Mon, 23 Nov 2026 10:00:00 -0000\n", 0, "UTC"},
                 {"Date: Mon, 23 Nov 2026 10:00:00 GMT\n", 0, "UTC"},
                 {"Date: Mon, 23 Nov 2026 10:00:00 +1401\n", 0, "UTC"},
                 {"Date: Mon, 23 Nov 2026 10:00:00 -1201\n", 0, "UTC"},
                 {"Date: Mon, 23 Nov 2026 10:00:00 +0160\n", 0, "UTC"},
                 {"Date: Mon, 23 Nov 2026 10:00:00 +01:0\n", 0, "UTC"},
                 {"Date: +9999\n", 0, "UTC"},
                 {"Date: \xFF\xFE+\n", 0, "UTC"},
                 {"Date:\n", 0, "UTC"},
                 {"Date: x +0100\nDate: x +0200\n", 0, "UTC"},
                 {"Subject: x\n", 0, "UTC"}};
    for (const auto& [header, minutes, name] : cases) {
        const auto zone = zone_of(parse_message(std::string(header) + "\n"));
        EXPECT_EQ(zone.count(), minutes) << header;
        EXPECT_EQ(zone_name(zone), name) << header;
    }
}

} // namespace
} // namespace sealgate::policy
