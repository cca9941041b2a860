// Events as records.
#include "policy/audit/event.hpp"
#include "policy/audit/held_event.hpp"
#include "policy/audit/key_event.hpp"
#include "policy/base/rfc3339.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

const event_time time{std::chrono::milliseconds(1'764'000'000'123)};
const in_force before{.mode = mode::monitor, .policy = "sha256:a", .certificates = "sha256:c", .certificate_count = 2};
const in_force after{.mode = mode::enforce, .policy = "sha256:b", .certificates = "sha256:d", .certificate_count = 3};

// The forms that contrib/design/audit_format.md promises.
TEST(AuditEvent, HasTheFieldsOfTheFormat) {
    const std::string now = R"("time":"2025-11-24T16:00:00.123Z","event":)";
    EXPECT_EQ(
        start_event(time, "0.1.0", before, {.signs = {}}),
        now + R"("start","version":"0.1.0","mode":"monitor","policy":"sha256:a","certificates":{"count":2,"digest":"sha256:c"})"
              R"(,"signing_key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")");
    EXPECT_THAT(start_event(time, "0.1.0", before, {.signs = {}, .address_key = "0011223344556677"}),
                testing::EndsWith(R"(,"address_key":"0011223344556677")"));
    EXPECT_EQ(stop_event(time), now + R"("stop")");
    EXPECT_EQ(
        reload_event(time, before, after),
        now +
            R"("reload","policy_before":"sha256:a","mode":"enforce","policy":"sha256:b","certificates":{"count":3,"digest":"sha256:d"})");
    EXPECT_EQ(
        refused_reload_event(time, before, 4),
        now +
            R"("reload-refused","errors":4,"mode":"monitor","policy":"sha256:a","certificates":{"count":2,"digest":"sha256:c"})");
    EXPECT_EQ(keys_reload_event(time, after, {.added = {"AB", "CD"}, .changed = {}, .removed = {"EF"}}),
              now + R"("keys-reload","added":{"count":2,"fingerprints":["AB","CD"]},"changed":{"count":0,"fingerprints":[]},)"
                    R"("removed":{"count":1,"fingerprints":["EF"]},"mode":"enforce","policy":"sha256:b",)"
                    R"("certificates":{"count":3,"digest":"sha256:d"})");
    EXPECT_THAT(keys_reload_event(time, after, {.added = std::vector<std::string>(101, "AB"), .changed = {}, .removed = {}}),
                testing::HasSubstr(R"("added":{"count":101,)"));
    EXPECT_EQ(keys_watch_event({.time = time,
                                .to = {"postmaster@example.org"},
                                .unusable = {{"vault@example.org", key_state::expired}},
                                .ending = {"AB", "CD"},
                                .ended = {},
                                .changed = {"EF"}}),
              now + R"("keys-watch","to":["postmaster@example.org"],"always_to":{"count":1,"unusable":[)"
                    R"({"entry":"vault@example.org","state":"expired"}]},"ending":{"count":2,"fingerprints":["AB","CD"]},)"
                    R"("ended":{"count":0,"fingerprints":[]},"proposed":{"count":0,"fingerprints":[]},)"
                    R"("changed":{"count":1,"fingerprints":["EF"]},"revoked":{"count":0,"fingerprints":[]})");
    EXPECT_EQ(clock_jumped_event(time, time, std::chrono::seconds(-7)),
              now + R"("clock-jumped","last_record":")" + rfc3339(time) + R"(","seconds":-7)");
    EXPECT_EQ(repair_event(time, 25), now + R"("repair","octets":25)");
    EXPECT_EQ(
        passed_report_event({.time = time,
                             .type = "delivery-status",
                             .queue_id = "4XyZ1",
                             .message_id = "<1@x.org>",
                             .client = "127.0.0.1",
                             .user = "ann",
                             .recipients = {"b\x1b@example.org", "c@x.org"},
                             .size = 12}),
        now + R"("report-passed","report":"delivery-status","queue_id":"4XyZ1","message_id":"<1@x.org>","client":"127.0.0.1")"
              R"(,"user":"ann","recipients":["b)"
              "\uFFFD"
              R"(@example.org","c@x.org"],"size":12)");
    EXPECT_EQ(key_event({.time = time,
                         .what = key_change::remove,
                         .id = "7Q2K-M4XD",
                         .fingerprint = "AB",
                         .addresses = {"b\x1b@example.org"},
                         .user = "ann as root"}),
              now + R"("key-remove","id":"7Q2K-M4XD","fingerprint":"AB","addresses":["b)"
                    "\uFFFD"
                    R"(@example.org"],"user":"ann as root")");
    EXPECT_EQ(key_event({.time = time,
                         .what = key_change::disable,
                         .id = "7Q2K-M4XD",
                         .fingerprint = "AB",
                         .addresses = {},
                         .user = {},
                         .gateway = "mx2.example.org"}),
              now + R"("key-disable","id":"7Q2K-M4XD","fingerprint":"AB","addresses":[],"gateway":"mx2.example.org")");
    EXPECT_EQ(key_event({.time = time,
                         .what = key_change::changed,
                         .id = "7Q2K-M4XD",
                         .fingerprint = "AB",
                         .addresses = {"bob@example.org"},
                         .user = {},
                         .source = key_source::wkd,
                         .evidence = "https://example.org/",
                         .replaces = "CD",
                         .standing = key_standing::pinned}),
              now + R"("key-changed","id":"7Q2K-M4XD","fingerprint":"AB","addresses":["bob@example.org"],"standing":"pinned",)"
                    R"("source":"wkd","evidence":"https://example.org/","replaces":"CD")");
}

TEST(HeldEvent, SaysWhoDidItAndWhichDecisionsItIsBetween) {
    const auto head = std::string(R"("time":"2026-11-23T09:00:00.000Z","event":)");
    const auto at = *parse_rfc3339("2026-11-23T09:00:00Z");
    EXPECT_EQ(held_event({.time = at,
                          .what = held_change::release,
                          .id = "ab",
                          .queue_id = "4XyZ1",
                          .decision = "7Q2K-M4XD",
                          .released_by = "1111-1111",
                          .as = "confidential",
                          .user = "ann as root"}),
              head + R"("held-release","id":"ab","queue_id":"4XyZ1","decision":"7Q2K-M4XD","released_by":"1111-1111",)"
                     R"("as":"confidential","user":"ann as root")");
    EXPECT_EQ(
        held_event({.time = at, .what = held_change::refuse, .id = "ab", .queue_id = "4XyZ1", .decision = {}, .user = "r\x1b"}),
        head + R"("held-refuse","id":"ab","queue_id":"4XyZ1","decision":null,"user":"r)"
               "\uFFFD"
               "\"");
}

} // namespace
} // namespace sealgate::policy
