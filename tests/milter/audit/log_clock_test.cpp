// A clock that jumps between two records is told of in the log, by a record of its own.
#include "tests/milter/audit/written_log.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>

namespace sealgate::milter {
namespace {

using testing::HasSubstr;
using testing::Not;

class AuditClock : public AuditLog {
protected:
    audit_options with_clocks() {
        auto out = options();
        out.now = [this] { return wall; };
        out.steady = [this] { return steady; };
        out.rotate_daily = false;
        out.complain = [this](std::string_view text) { told += text; };
        return out;
    }
    void pass(std::chrono::seconds time) { wall += time, steady += time; }
    std::string all() const { return keys::read_file(path()); }

    std::chrono::system_clock::time_point wall =
        std::chrono::sys_days(std::chrono::year(2026) / 11 / 27) + std::chrono::hours(9);
    std::chrono::steady_clock::time_point steady{};
    std::string told;
};

TEST_F(AuditClock, AClockThatJumpsIsARecordOfItsOwn) {
    audit_log log(with_clocks());
    append(log, "\"id\":1");
    pass(std::chrono::hours(5));
    append(log, "\"id\":2");
    wall += std::chrono::seconds(4); // no clock is exact
    append(log, "\"id\":3");
    EXPECT_THAT(all(), Not(HasSubstr("clock-jumped")));
    wall -= std::chrono::hours(3);
    append(log, "\"id\":4");
    EXPECT_THAT(all(), HasSubstr("{\"seq\":4,\"time\":\"2026-11-27T11:00:04.000Z\",\"event\":\"clock-jumped\","
                                 "\"last_record\":\"2026-11-27T14:00:04.000Z\",\"seconds\":-10800,"));
    wall += std::chrono::hours(24);
    append(log, "\"id\":5");
    EXPECT_THAT(all(), HasSubstr("\"seconds\":86400,"));
    append(log, "\"id\":6");
    EXPECT_EQ(std::ranges::count(all(), '\n'), 8);
    EXPECT_THAT(told, HasSubstr("went back by 10800 s"));
}

TEST_F(AuditClock, AtAStartTimeThatWentBackIsTold) {
    append(*std::make_unique<audit_log>(with_clocks()), "\"time\":\"2026-11-27T12:00:00.000Z\",\"id\":1");
    wall += std::chrono::hours(48); // it was away, as far as anybody can tell
    append(*std::make_unique<audit_log>(with_clocks()), "\"time\":\"2026-11-29T09:00:00.000Z\",\"id\":2");
    EXPECT_THAT(all(), Not(HasSubstr("clock-jumped")));
    wall -= std::chrono::hours(24);
    append(*std::make_unique<audit_log>(with_clocks()), "\"time\":\"2026-11-28T09:00:00.000Z\",\"id\":3");
    EXPECT_THAT(all(),
                HasSubstr("\"event\":\"clock-jumped\",\"last_record\":\"2026-11-29T09:00:00.000Z\",\"seconds\":-86400,"));
}

} // namespace
} // namespace sealgate::milter
