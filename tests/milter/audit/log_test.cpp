// A record is on disk before anybody is told, and what fails leaves no trace.
#include "keys/base/files.hpp"
#include "milter/audit/layout.hpp"
#include "milter/audit/log.hpp"
#include "milter/audit/reader.hpp"
#include "milter/proof/prove.hpp"
#include "tests/milter/audit/written_log.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST_F(AuditLog, RecordIsInTheFileWhenItsWaiterIsTold) {
    audit_log log(options());
    EXPECT_THAT(append(log, "\"id\":1"), IsEmpty());
    EXPECT_EQ(whole(), 1);
}

TEST_F(AuditLog, ChainGoesOnAfterARestart) {
    {
        audit_log log(options());
        append(log, "\"id\":1");
    }
    {
        audit_log log(options());
        append(log, "\"id\":2");
    }
    EXPECT_EQ(whole(), 2);
}

TEST_F(AuditLog, RecordsOfManyThreadsMakeOneChain) {
    audit_log log(options());
    std::atomic<int> stored{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 50; ++i) stored += append(log, "\"id\":1").empty() ? 1 : 0;
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(stored, 400);
    EXPECT_EQ(whole(), 400);
}

TEST_F(AuditLog, RecordThatNobodyWouldReadIsRefusedAndTheOthersAreWritten) {
    audit_log log(options());
    EXPECT_THAT(append(log, std::string(policy::longest_fields + 1, ' ')), HasSubstr("64 MiB"));
    EXPECT_THAT(append(log, "\"id\":1"), IsEmpty());
    EXPECT_EQ(whole(), 1);
}

TEST_F(AuditLog, LineCutShortIsRemovedAtStart) {
    {
        audit_log log(options());
        append(log, "\"id\":1");
        append(log, "\"id\":2");
    }
    for (const auto cut : {1, 10, 100}) {
        fs::remove(options().checkpoints); // a crash comes before the record is signed
        fs::resize_file(path(), fs::file_size(path()) - static_cast<std::uintmax_t>(cut));
        audit_log log(options());
        EXPECT_GT(log.repaired(), 0u);
        EXPECT_EQ(whole(), 1);
        EXPECT_THAT(append(log, "\"id\":3"), IsEmpty());
        EXPECT_EQ(whole(), 2);
    }
}

TEST_F(AuditLog, LongLastLineIsPickedUp) {
    const std::string large = "\"x\":\"" + std::string(300'000, 'x') + "\"";
    {
        audit_log log(options());
        append(log, "\"id\":1");
        append(log, large);
    }
    audit_log log(options());
    append(log, "\"id\":3");
    EXPECT_EQ(whole(), 3);
}

TEST_F(AuditLog, BelongsToOneGateway) {
    audit_log log(options());
    EXPECT_THROW(audit_log{options()}, std::runtime_error);
}

TEST_F(AuditLog, RecordThatDoesNotFitLeavesNoTraceAndLaterOnesDo) {
    audit_log log(options());
    append(log, "\"id\":1");
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit tight{.rlim_cur = fs::file_size(path()) + 20, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight); // a full disk, as far as write(2) is concerned
    EXPECT_THAT(append(log, "\"id\":2"), HasSubstr("cannot write"));
    EXPECT_EQ(whole(), 1);
    ::setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_THAT(append(log, "\"id\":3"), IsEmpty());
    EXPECT_EQ(whole(), 2);
}

// Rotation.

TEST_F(AuditLog, FullFileIsRotatedAndTheChainGoesOnInTheNext) {
    auto small = options();
    small.rotate_size = 600; // two records and a bit
    {
        audit_log log(small);
        for (int i = 0; i < 7; ++i) EXPECT_THAT(append(log, "\"id\":1"), IsEmpty());
    }
    const auto files = log_files(directory);
    ASSERT_GT(files.size(), 2u);
    EXPECT_EQ(files[0], rotated_log(directory, 1));
    for (const auto& file : files) EXPECT_LE(fs::file_size(file), 600u);
    const auto found = prove(request_for(directory, small.checkpoints, small.key));
    EXPECT_TRUE(found.problems.empty());
    EXPECT_EQ(found.end.last_seq, 7u);
    ASSERT_TRUE(found.last_signed);
    EXPECT_EQ(found.last_signed->end.last_seq, 7u);

    audit_log again(small);
    EXPECT_THAT(append(again, "\"id\":1"), IsEmpty());
    EXPECT_EQ(prove(request_for(directory, small.checkpoints, small.key)).end.last_seq, 8u);
}

TEST_F(AuditLog, NewDayBeginsANewFileAndTheSameDayDoesNot) {
    auto time = std::chrono::system_clock::time_point(std::chrono::sys_days(std::chrono::year(2026) / 11 / 27)) +
                std::chrono::hours(23);
    auto dated = options();
    dated.now = [&] { return time; };
    dated.steady = [&] { return std::chrono::steady_clock::time_point(time.time_since_epoch()); };
    audit_log log(dated);
    append(log, "\"id\":1");
    append(log, "\"id\":2");
    EXPECT_EQ(log_files(directory).size(), 1u);
    time += std::chrono::hours(2);
    append(log, "\"id\":3");
    append(log, "\"id\":4");
    EXPECT_EQ(log_files(directory).size(), 2u);
    dated.rotate_daily = false;
}

TEST_F(AuditLog, CrashBetweenTheTwoRenamesOfARotationLosesNothing) {
    {
        audit_log log(options());
        append(log, "\"id\":1");
        append(log, "\"id\":2");
    }
    fs::rename(path(), rotated_log(directory, 1));
    std::ofstream(path() + ".new") << "";
    audit_log log(options());
    EXPECT_THAT(append(log, "\"id\":3"), IsEmpty());
    const auto found = prove(request_for(directory, options().checkpoints, options().key));
    EXPECT_TRUE(found.problems.empty());
    EXPECT_EQ(found.end.last_seq, 3u);
}

TEST_F(AuditLog, EmptiedFileBeforeAnEmptyOneDoesNotMakeTheLogBeginAnewInSilence) {
    std::ofstream(rotated_log(directory, 1)) << "";
    audit_log log(options());
    EXPECT_THAT(append(log, "\"id\":1"), IsEmpty());
    EXPECT_THAT(lines().at(0), HasSubstr("\"event\":\"log-found\",\"found\":\"damaged\""));
}

TEST_F(AuditLog, RotationThatCannotBeDoneIsComplainedAboutOnceAndMailGoesOn) {
    auto small = options();
    small.rotate_size = 200;
    std::vector<std::string> said;
    small.complain = [&](std::string_view text) { said.emplace_back(text); };
    {
        audit_log log(small);
        std::ofstream(rotated_log(directory, 1)) << "";
        for (int i = 0; i < 3; ++i) EXPECT_THAT(append(log, "\"id\":1"), IsEmpty());
    }
    EXPECT_EQ(whole(), 3);
    ASSERT_EQ(said.size(), 1u);
    EXPECT_THAT(said[0], HasSubstr("cannot rotate"));
}

// Checkpoints.

std::size_t lines_in(const fs::path& file) {
    std::ifstream in(file);
    std::size_t count = 0;
    for (std::string line; std::getline(in, line);) ++count;
    return count;
}

TEST_F(AuditLog, CheckpointComesAfterSoManyRecordsAndAtTheEnd) {
    auto often = options();
    often.checkpoint_records = 3;
    {
        audit_log log(often);
        EXPECT_TRUE(log.signer().is_new());
        for (int i = 0; i < 7; ++i) append(log, "\"id\":1");
    }
    EXPECT_EQ(lines_in(often.checkpoints), 3u) << "at 3, 6 and the end";
    {
        audit_log log(often);
        EXPECT_FALSE(log.signer().is_new());
    }
    EXPECT_EQ(lines_in(often.checkpoints), 3u) << "nothing new to sign";
}

TEST_F(AuditLog, CheckpointComesAfterSomeTime) {
    auto soon = options();
    soon.checkpoint_time = std::chrono::seconds(1);
    audit_log log(soon);
    append(log, "\"id\":1");
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (lines_in(soon.checkpoints) == 0 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    EXPECT_EQ(lines_in(soon.checkpoints), 1u);
}

TEST_F(AuditLog, PlaceOfCheckpointsThatIsAwayHoldsUpNoMailAndIsUsedWhenItIsBack) {
    auto away = options();
    const fs::path mount = directory + "/mount";
    away.checkpoints = mount / "checkpoints.jsonl";
    away.checkpoint_records = 1;
    std::vector<std::string> said;
    away.complain = [&](std::string_view text) { said.emplace_back(text); };
    {
        audit_log log(away);
        for (int i = 0; i < 3; ++i) EXPECT_THAT(append(log, "\"id\":1"), IsEmpty());
        fs::create_directory(mount);
    }
    ASSERT_EQ(said.size(), 2u);
    EXPECT_THAT(said[0], HasSubstr("no checkpoint: cannot open"));
    EXPECT_THAT(said[1], HasSubstr("works again"));
    EXPECT_EQ(prove(request_for(directory, away.checkpoints, away.key)).last_signed->end.last_seq, 3u);
}

TEST_F(AuditLog, TailCutOffAndLogWrittenAnewAreFoundByCheckpoints) {
    {
        audit_log log(options());
        for (int i = 0; i < 5; ++i) append(log, "\"id\":1");
    }
    const auto all = lines();
    std::ofstream(path()) << all[0] << "\n" << all[1] << "\n";
    auto found = prove(request_for(directory, options().checkpoints, options().key));
    ASSERT_EQ(found.problems.size(), 1u);
    EXPECT_EQ(found.problems[0].record, 3u);
    EXPECT_THAT(found.problems[0].text, HasSubstr("cut off"));

    policy::chain_end end;
    std::ofstream forged(path());
    for (int i = 0; i < 5; ++i) forged << policy::chain(end, "\"id\":2") << "\n";
    forged.close();
    found = prove(request_for(directory, options().checkpoints, options().key));
    ASSERT_EQ(found.problems.size(), 1u);
    EXPECT_EQ(found.problems[0].record, 1u);
    EXPECT_THAT(found.problems[0].text, HasSubstr("not what was signed"));
}

TEST_F(AuditLog, KeyThatIsNoneStopsTheStart) {
    std::ofstream(options().key) << "no key";
    EXPECT_THROW(audit_log{options()}, std::runtime_error);
}

TEST_F(AuditLog, KeyThatStoodBesideTheLogIsToldWhereAnotherSigns) {
    const auto first = audit_log(options()).signer().public_key();
    EXPECT_FALSE(audit_log(options()).signer().former());
    fs::remove(options().key);
    {
        const audit_log log(options());
        EXPECT_TRUE(log.signer().is_new());
        EXPECT_EQ(log.signer().former(), first);
        EXPECT_EQ(look_for_keys(directory, options().key).beside, log.signer().public_key());
    }
    std::ofstream(public_key_file(directory)) << to_text(first) << '\n';
    const audit_log log(options());
    EXPECT_FALSE(log.signer().is_new()) << "somebody changed checkpoint.pub";
    EXPECT_EQ(log.signer().former(), first);
}

// With the unit's umask 0027 an auditor in the gateway's group reads the log and what proves it, and no key.
TEST_F(AuditLog, GroupReadsTheLogAndNotTheKey) {
    const auto before = ::umask(0027);
    auto inside = options();
    inside.directory = fs::path(directory) / "state" / "audit";
    inside.key = fs::path(directory) / "state" / "checkpoint.key";
    inside.checkpoints = inside.directory / "checkpoints.jsonl";
    inside.rotate_size = 100;
    {
        audit_log log(inside);
        for (int i = 0; i < 3; ++i) append(log, "\"id\":1");
    }
    ::umask(before);
    const auto mode = [](const fs::path& path) { return static_cast<unsigned>(fs::status(path).permissions()); };
    EXPECT_EQ(mode(inside.directory), 0750u);
    for (const auto& file : log_files(inside.directory)) EXPECT_EQ(mode(file), 0640u) << file;
    for (const auto& file : {inside.checkpoints, public_key_file(inside.directory)}) EXPECT_EQ(mode(file), 0640u) << file;
    EXPECT_EQ(mode(inside.key), 0600u);
    EXPECT_EQ(mode(fs::path(directory) / "state"), 0700u) << "who runs the gateway opens it, as the unit does";
}

// Reading while it is written.

TEST_F(AuditLog, ReaderSeesEachRecordOnceAcrossRotations) {
    auto small = options();
    small.rotate_size = 600;
    audit_log log(small);
    append(log, "\"id\":1");
    audit_reader reader{fs::path(directory)};
    policy::chain_end end;
    std::string line;
    for (int i = 0; i < 20; ++i) {
        if (i % 3 != 0) {
            while (reader.next(line)) {
                const auto next = policy::follow(end, line);
                ASSERT_TRUE(next) << next.error();
                end = *next;
            }
        }
        append(log, "\"id\":1");
    }
    while (reader.next(line)) end = policy::follow(end, line).value();
    EXPECT_EQ(end.last_seq, 21u);
    EXPECT_GT(log_files(directory).size(), 5u);
}

TEST_F(AuditLog, ReaderDoesNotTellALineThatIsBeingWritten) {
    {
        audit_log log(options());
        append(log, "\"id\":1");
    }
    std::ofstream(path(), std::ios::app) << "{\"seq\":2";
    audit_reader reader{fs::path(directory)};
    std::string line;
    EXPECT_TRUE(reader.next(line));
    EXPECT_FALSE(reader.next(line));
    EXPECT_EQ(reader.unfinished().size(), 8u);
    std::ofstream(path(), std::ios::app) << "}\n";
    EXPECT_TRUE(reader.next(line));
    EXPECT_EQ(line, "{\"seq\":2}");
}

} // namespace
} // namespace sealgate::milter
