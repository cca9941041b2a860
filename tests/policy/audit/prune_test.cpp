// The record of what was taken away of the log: written, read back, and believed only as far as it can be true.
#include "policy/audit/prune.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

const std::chrono::system_clock::time_point noon{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) +
                                                 std::chrono::hours(12)};

std::string line_of(const pruning& what, std::uint64_t behind) {
    chain_end end{.last_seq = behind, .last_hash = std::string(64, 'a')};
    return chain(end, prune_event(noon, what));
}

const pruning usual{.first = 1, .last = 1000, .head = std::string(64, 'b'), .until = noon, .user = "ann as root"};

TEST(Prune, IsReadAsItWasWritten) {
    const auto told = pruning_told_in(line_of(usual, 5000));
    ASSERT_TRUE(told);
    EXPECT_EQ(told->record, 5001U);
    EXPECT_EQ(told->what, usual);
    EXPECT_EQ(to_string(*told), "records 1 to 1000, until 2026-11-23T12:00:00.000Z, by ann as root, as record 5001 says");
}

TEST(Prune, WhatCannotBeTrueIsNotBelieved) {
    EXPECT_FALSE(pruning_told_in(line_of(usual, 900))) << "it cannot tell of records behind itself";
    auto backwards = usual;
    backwards.first = 2000;
    EXPECT_FALSE(pruning_told_in(line_of(backwards, 5000)));
    auto none = usual;
    none.first = 0;
    EXPECT_FALSE(pruning_told_in(line_of(none, 5000)));
    auto changed = line_of(usual, 5000);
    changed.replace(changed.find("ann"), 3, "eve");
    EXPECT_FALSE(pruning_told_in(changed)) << "its own hash says so";
    EXPECT_FALSE(pruning_told_in(R"({"seq":7,"note":"\"event\":\"prune\""})"));
}

} // namespace
} // namespace sealgate::policy
