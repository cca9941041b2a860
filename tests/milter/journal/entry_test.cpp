// A line as the journal takes it: its fields, and nothing that a stranger's line end could add.
#include "milter/journal/entry.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

TEST(JournalEntry, HasTheMessageItsPriorityAndWhatItIsAbout) {
    EXPECT_EQ(
        journal_datagram(level::info, "7Q2K-M4XD 4ABC seal", {.decision = "7Q2K-M4XD", .queue_id = "4ABC", .outcome = "seal"}),
        "MESSAGE=7Q2K-M4XD 4ABC seal\nPRIORITY=6\nSYSLOG_IDENTIFIER=sealgate\nSEALGATE_DECISION=7Q2K-M4XD\n"
        "SEALGATE_QUEUE_ID=4ABC\nSEALGATE_OUTCOME=seal\n");
    EXPECT_EQ(journal_datagram(level::error, "the disk is full", {}),
              "MESSAGE=the disk is full\nPRIORITY=3\nSYSLOG_IDENTIFIER=sealgate\n");
}

TEST(JournalEntry, AFieldWithALineEndIsNotSent) {
    const auto sent =
        journal_datagram(level::warning, "text", {.decision = "A\nPRIORITY=0", .queue_id = "4ABC", .outcome = {}});
    EXPECT_EQ(sent, "MESSAGE=text\nPRIORITY=4\nSYSLOG_IDENTIFIER=sealgate\nSEALGATE_QUEUE_ID=4ABC\n");
}

} // namespace
} // namespace sealgate::milter
