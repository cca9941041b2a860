// Each line of the log vouches for the one before it.
#include "policy/audit/chain.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace sealgate::policy {
namespace {

std::vector<std::string> log_of(int records) {
    chain_end end;
    std::vector<std::string> lines;
    for (int i = 0; i < records; ++i) lines.push_back(chain(end, "\"id\":\"" + std::to_string(i) + "\""));
    return lines;
}

// Number of the first line that does not follow, from 1; 0 if the log is whole.
std::size_t first_bad(const std::vector<std::string>& lines) {
    chain_end end;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        auto next = follow(end, lines[i]);
        if (!next) return i + 1;
        end = *next;
    }
    return 0;
}

TEST(Chain, OfUntouchedRecordsIsWhole) {
    EXPECT_EQ(first_bad(log_of(5)), 0u);
    EXPECT_EQ(log_of(1)[0].substr(0, 17), "{\"seq\":1,\"id\":\"0\"");
}

TEST(Chain, EveryChangedOctetIsFoundInItsRecord) {
    const auto lines = log_of(3);
    for (std::size_t at = 0; at < lines[1].size(); ++at) {
        auto changed = lines;
        changed[1][at] = static_cast<char>(changed[1][at] ^ 1);
        EXPECT_EQ(first_bad(changed), 2u) << at;
    }
}

TEST(Chain, EveryCutOfALineIsFound) {
    const auto lines = log_of(2);
    for (std::size_t length = 0; length < lines[1].size(); ++length)
        EXPECT_EQ(first_bad({lines[0], lines[1].substr(0, length)}), 2u) << length;
}

TEST(Chain, ChangedLineEndIsToldAsWhatItIs) {
    const auto line = log_of(1)[0];
    EXPECT_NE(read_link(line + "\r").error().find("CR LF"), std::string::npos);
    for (const auto* other : {"\r", "{}\r", "\r\r"})
        EXPECT_EQ(read_link(other).error(), "is no record of this log's form") << other;
    EXPECT_EQ(read_link(line + "\r\r").error(), "is no record of this log's form");
}

TEST(Chain, LongestRecordIsReadAndALongerOneIsNot) {
    chain_end end;
    const auto long_text = [](std::size_t octets) { return "\"x\":\"" + std::string(octets - 6, 'x') + "\""; };
    EXPECT_TRUE(read_link(chain(end, long_text(longest_fields))));
    EXPECT_EQ(read_link(chain(end, long_text(longest_record))).error(), "is longer than 64 MiB, as no record is");
}

TEST(Chain, RemovedInsertedSwappedAndRepeatedRecordsAreFound) {
    const auto l = log_of(4);
    EXPECT_EQ(first_bad({l[1], l[2], l[3]}), 1u);
    EXPECT_EQ(first_bad({l[0], l[2], l[3]}), 2u);
    EXPECT_EQ(first_bad({l[0], l[2], l[1], l[3]}), 2u);
    EXPECT_EQ(first_bad({l[0], l[1], l[1], l[2]}), 3u);
    chain_end forged{.last_seq = 1, .last_hash = std::string(64, 'a')};
    const auto foreign = chain(forged, "\"id\":\"x\"");
    EXPECT_EQ(first_bad({l[0], foreign, l[2]}), 2u);
}

TEST(Chain, RecordRewrittenWithItsOwnHashBreaksTheNext) {
    auto lines = log_of(3);
    chain_end end;
    end = *follow(end, lines[0]);
    lines[1] = chain(end, "\"id\":\"forged\"");
    EXPECT_EQ(first_bad(lines), 3u);
}

TEST(Chain, FieldsCannotImitateTheMarks) {
    chain_end end;
    const auto line = chain(end, R"("x":"\",\"prev\":\"0\",\"hash\":\"0\"}")");
    EXPECT_TRUE(follow({}, line));
}

TEST(Chain, IsPickedUpAtItsLastLine) {
    const auto lines = log_of(3);
    EXPECT_EQ(end_at(lines[2])->last_seq, 3u);
    EXPECT_FALSE(end_at("{\"seq\":1}"));
    EXPECT_FALSE(end_at(""));
}

} // namespace
} // namespace sealgate::policy
