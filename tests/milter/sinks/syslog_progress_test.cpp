// What was sent to a syslog and what of it is there for sure, over connections and restarts.
#include "keys/base/files.hpp"
#include "milter/sinks/syslog_destination.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace sealgate::milter {
namespace {

policy::chain_end end_at(std::uint64_t seq) {
    return {.last_seq = seq, .last_hash = std::string(64, seq % 2 == 0 ? 'a' : 'b')};
}

class SyslogProgress : public testing::Test {
protected:
    syslog_progress begun() const { return {scratch.path() / "sinks", {.shown = "syslog:tcp:127.0.0.1:514"}}; }

    keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
};

TEST_F(SyslogProgress, WhatWasSentJustNowIsNotSure) {
    auto progress = begun();
    progress.note_sent(end_at(100));
    progress.note_arrived(100);
    EXPECT_EQ(progress.sure(), policy::chain_end{});
}

TEST_F(SyslogProgress, WhatIsFarBehindIsSureAndKept) {
    auto progress = begun();
    for (const auto seq : {100U, 5000U, 20'100U}) progress.note_sent(end_at(seq));
    progress.note_arrived(20'100);
    EXPECT_EQ(progress.sure(), end_at(100));
    progress.keep();
    EXPECT_EQ(begun().sure(), end_at(100));
}

TEST_F(SyslogProgress, WhatIsSentAgainIsSureNoSoonerThanItIsThere) {
    auto progress = begun();
    for (const auto seq : {100U, 25'000U, 50'000U}) progress.note_sent(end_at(seq));
    progress.note_sent(end_at(60)); // over the next connection, in other batches
    progress.note_arrived(60);
    EXPECT_EQ(progress.sure(), policy::chain_end{});
    progress.note_read(end_at(60));
    EXPECT_EQ(progress.sure(), end_at(60)) << "what the connection before had sent, and this one not yet, is not sure";
    progress.note_sent(end_at(25'000));
    progress.note_arrived(25'000);
    EXPECT_EQ(progress.sure(), end_at(100));
}

TEST_F(SyslogProgress, ADamagedFileMeansFromTheBeginning) {
    auto progress = begun();
    progress.note_read(end_at(7));
    progress.keep();
    ASSERT_EQ(begun().sure(), end_at(7));
    for (const auto& file : std::filesystem::directory_iterator(scratch.path() / "sinks"))
        std::ofstream(file.path()) << "7 not a hash\n";
    EXPECT_EQ(begun().sure(), policy::chain_end{});
}

} // namespace
} // namespace sealgate::milter
