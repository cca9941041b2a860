// A clock that was set is told of; decisions that overlap, and events that waited, are nothing.
#include "policy/audit/event.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/proof/log_times.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LogTimes : public testing::Test {
protected:
    void record(std::string_view time, std::string_view event = "") {
        const auto number = std::to_string(++seq);
        times.see("{\"seq\":" + number + ",\"time\":\"" + std::string(time) + "\"," +
                  (event.empty() ? std::string("\"id\":\"x\"") : "\"event\":\"" + std::string(event) + "\"") + "}");
    }
    std::vector<std::string> notes() const { return times.notes(parse_rfc3339("2026-11-30T12:00:00Z").value()); }

    int seq = 0;
    log_times times;
};

TEST_F(LogTimes, ThatGoOnAreNothing) {
    record("2026-11-30T09:00:00.000Z");
    record("2026-11-30T09:00:00.000Z");
    record("2026-11-30T08:55:00.000Z"); // began before the other
    record("2026-11-30T10:00:00.000Z");
    EXPECT_THAT(notes(), IsEmpty());
}

TEST_F(LogTimes, AClockThatWentBackIsToldOnceAndWhateverFollowsIsMeasuredByIt) {
    record("2026-11-30T09:00:00.000Z");
    record("2026-11-30T07:00:00.000Z");
    record("2026-11-30T07:30:00.000Z");
    record("2026-11-30T09:30:00.000Z");
    record("2026-11-29T09:30:00.000Z");
    record("2026-11-29T09:31:00.000Z");
    EXPECT_THAT(notes(), ElementsAre("the clock went back before record 2: from 2026-11-30T09:00:00.000Z (record 1) to "
                                     "2026-11-30T07:00:00.000Z",
                                     HasSubstr("before record 5")));
}

// It was written again after the disk had been full for an hour.
TEST_F(LogTimes, OneRecordThatWaitedIsNothing) {
    record("2026-11-30T09:00:00.000Z");
    record("2026-11-30T08:00:00.000Z");
    record("2026-11-30T09:01:00.000Z");
    EXPECT_THAT(notes(), IsEmpty());
}

TEST_F(LogTimes, AnEventThatWaitedKeepsItsTime) {
    record("2026-11-30T09:00:00.000Z");
    record("2026-11-30T01:00:00.000Z", "key-import");
    EXPECT_THAT(notes(), IsEmpty());
    record("2026-11-30T01:00:00.000Z", "start");
    EXPECT_THAT(notes(), ElementsAre(HasSubstr("before record 3")));
}

TEST_F(LogTimes, WhatTheGatewayNoticedIsTold) {
    const auto fields = clock_jumped_event(parse_rfc3339("2026-11-30T09:00:00Z").value(), {}, std::chrono::seconds(-3600));
    times.see("{\"seq\":7," + fields + "}");
    EXPECT_THAT(notes(), ElementsAre(AllOf(HasSubstr("record 7 says"), HasSubstr("-3600 s"))));
}

TEST_F(LogTimes, ATimeThatIsNotYetIsTold) {
    record("2027-01-01T09:00:00.000Z");
    EXPECT_THAT(notes(), ElementsAre(HasSubstr("which is not yet")));
}

TEST_F(LogTimes, OfManyTheFirstAreTold) {
    for (int i = 0; i < 90; ++i) record("2026-11-30T0" + std::to_string(i % 3 ? 1 : 9) + ":00:00.000Z");
    EXPECT_LE(notes().size(), 21u);
    for (const auto* none : {"", "{", "{\"seq\":", "{\"seq\":1,\"time\":", "{\"seq\":1,\"time\":\"x", "no record"})
        times.see(none);
}

} // namespace
} // namespace sealgate::policy
