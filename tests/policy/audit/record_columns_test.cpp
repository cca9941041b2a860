// What a database finds records by: whatever the line says, it is text.
#include "policy/audit/record_columns.hpp"
#include "policy/base/text.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

TEST(RecordColumns, AreTheFieldsOfTheRecord) {
    const auto columns =
        columns_of(R"({"seq":1,"time":"2026-11-23T09:00:00.123Z","id":"7Q2K-M4XD","queue_id":"4bX","sender":"ann@example.org",)"
                   R"("classification":"internal","outcome":"warn","mode":"enforce","policy":"sha256:aa"})");
    EXPECT_EQ(columns.time, "2026-11-23T09:00:00.123Z");
    EXPECT_EQ(columns.id, "7Q2K-M4XD");
    EXPECT_EQ(columns.queue_id, "4bX");
    EXPECT_EQ(columns.sender, "ann@example.org");
    EXPECT_EQ(columns.classification, "internal");
    EXPECT_EQ(columns.outcome, "warn");
    EXPECT_EQ(columns.mode, "enforce");
    EXPECT_EQ(columns.policy, "sha256:aa");
    EXPECT_EQ(columns_of(R"({"event":"start","classification":null})").event, "start");
}

TEST(RecordColumns, HaveNothingThatADatabaseRefuses) {
    const auto columns =
        columns_of("{\"time\":\"yesterday\",\"id\":7,\"sender\":\"a\\u0000b\\ud800\\n@x\",\"outcome\":\"\xFF\"}");
    EXPECT_EQ(columns.time, "");
    EXPECT_EQ(columns.id, "");
    EXPECT_FALSE(columns.sender.contains('\0'));
    EXPECT_TRUE(text::is_utf8(columns.sender));
    EXPECT_TRUE(text::is_utf8(columns.outcome));
    EXPECT_EQ(columns_of("no record").sender, "");
    EXPECT_LE(columns_of("{\"sender\":\"" + std::string(100'000, 'a') + "\"}").sender.size(), 330u);
}

} // namespace
} // namespace sealgate::policy
