// Events reach the audit log in their order, once, also those that commands left.
#include "keys/base/files.hpp"
#include "milter/audit/event_recorder.hpp"
#include "milter/audit/reader.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

constexpr auto start = R"("time":"2026-11-27T09:00:00.000Z","event":"start")";

class AuditEvents : public testing::Test {
protected:
    audit_options options() const {
        return {.directory = root / "audit", .key = root / "key", .checkpoints = root / "audit" / "checkpoints.jsonl"};
    }
    std::vector<std::string> recorded() const {
        std::vector<std::string> out;
        audit_reader log{root / "audit"};
        for (std::string line; log.next(line);) out.push_back(line);
        return out;
    }
    std::vector<fs::path> left() const {
        std::vector<fs::path> out;
        if (fs::exists(root / "events"))
            for (const auto& entry : fs::directory_iterator(root / "events")) out.push_back(entry.path());
        return out;
    }

    keys::temporary_directory scratch{fs::temp_directory_path()};
    fs::path root = scratch.path();
};

TEST_F(AuditEvents, EventsThatCommandsLeftAreTakenInTheirOrderAndOnce) {
    audit_log log(options());
    leave_events(root / "events", {{"2", R"("time":"2","event":"key-remove")"}});
    leave_events(root / "events", {{"1", R"("time":"1","event":"key-import")"}});
    {
        event_recorder events(log, root / "events");
        events.look();
        events.look();
    }
    EXPECT_THAT(recorded(), ElementsAre(HasSubstr("key-import"), HasSubstr("key-remove")));
    EXPECT_THAT(left(), SizeIs(0));
}

TEST_F(AuditEvents, WhatIsNoEventDoesNotGetIntoTheLog) {
    audit_log log(options());
    leave_events(root / "events", {{"1", R"("time":"1","event":"key-import"},{"forged":1)"}});
    leave_events(root / "events", {{"2", "\"time\":\"1\",\n\"event\":\"x\""}});
    leave_events(root / "events", {{"3", R"("time":"1","outcome":"deliver")"}});
    {
        event_recorder events(log, root / "events");
        events.look();
    }
    EXPECT_THAT(recorded(), SizeIs(0));
    EXPECT_THAT(left(), SizeIs(3)) << "an administrator shall see them";
}

TEST_F(AuditEvents, EventThatCannotBeWrittenIsTriedAgain) {
    audit_log log(options());
    leave_events(root / "events", {{"1", R"("time":"1","event":"key-import")"}});
    fs::rename(root / "audit", root / "away");
    {
        event_recorder events(log, root / "events");
        events.record(start);
        events.look();
    }
    {
        event_recorder events(log, root / "events");
        events.record(start);
        fs::rename(root / "away", root / "audit");
        for (int i = 0; i < 100 && recorded().size() < 3; ++i) events.look();
    }
    EXPECT_THAT(recorded(), testing::IsSupersetOf({HasSubstr("key-import"), HasSubstr("start")}))
        << "the log may say first that it was gone";
    EXPECT_THAT(left(), SizeIs(0));
}

} // namespace
} // namespace sealgate::milter
