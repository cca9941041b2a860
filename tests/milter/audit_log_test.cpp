#include "milter/audit_log.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <sys/resource.h>
#include <unistd.h>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;

class AuditLog : public testing::Test {
protected:
    AuditLog() {
        std::string name = (fs::temp_directory_path() / "sealgate-audit-XXXXXX").string();
        directory = ::mkdtemp(name.data());
    }
    ~AuditLog() override { fs::remove_all(directory); }

    static std::string append(audit_log& log, std::string fields) {
        std::promise<std::string> done;
        log.append(std::move(fields), [&](std::string error) { done.set_value(std::move(error)); });
        return done.get_future().get();
    }

    std::vector<std::string> lines() const {
        std::vector<std::string> out;
        std::ifstream in(path());
        for (std::string line; std::getline(in, line);)
            out.push_back(line);
        return out;
    }

    // Records in the file if the chain is whole, else -1.
    int whole() const {
        policy::chain_end end;
        for (const auto& line : lines()) {
            auto next = policy::follow(end, line);
            if (!next) return -1;
            end = *next;
        }
        return static_cast<int>(end.last_seq);
    }

    std::string path() const { return audit_log::path_in(directory); }

    std::string directory;
};

TEST_F(AuditLog, RecordIsInTheFileWhenItsWaiterIsTold) {
    audit_log log(directory);
    EXPECT_THAT(append(log, "\"id\":1"), IsEmpty());
    EXPECT_EQ(whole(), 1);
}

TEST_F(AuditLog, ChainGoesOnAfterARestart) {
    {
        audit_log log(directory);
        append(log, "\"id\":1");
    }
    {
        audit_log log(directory);
        append(log, "\"id\":2");
    }
    EXPECT_EQ(whole(), 2);
}

TEST_F(AuditLog, RecordsOfManyThreadsMakeOneChain) {
    audit_log log(directory);
    std::atomic<int> stored{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 50; ++i)
                stored += append(log, "\"id\":1").empty() ? 1 : 0;
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(stored, 400);
    EXPECT_EQ(whole(), 400);
}

TEST_F(AuditLog, LineCutShortIsRemovedAtStart) {
    {
        audit_log log(directory);
        append(log, "\"id\":1");
        append(log, "\"id\":2");
    }
    for (const auto cut : {1, 10, 100}) {
        fs::resize_file(path(), fs::file_size(path()) - static_cast<std::uintmax_t>(cut));
        audit_log log(directory);
        EXPECT_THAT(log.repair(), HasSubstr("a record cut short"));
        EXPECT_EQ(whole(), 1);
        EXPECT_THAT(append(log, "\"id\":3"), IsEmpty());
        EXPECT_EQ(whole(), 2);
    }
}

TEST_F(AuditLog, LongLastLineIsPickedUp) {
    const std::string large = "\"x\":\"" + std::string(300'000, 'x') + "\"";
    {
        audit_log log(directory);
        append(log, "\"id\":1");
        append(log, large);
    }
    audit_log log(directory);
    append(log, "\"id\":3");
    EXPECT_EQ(whole(), 3);
}

TEST_F(AuditLog, DamagedLastRecordStopsTheStart) {
    {
        audit_log log(directory);
        append(log, "\"id\":1");
    }
    std::fstream(path()) << "X";
    EXPECT_THROW(audit_log{directory}, std::runtime_error);
}

TEST_F(AuditLog, BelongsToOneGateway) {
    audit_log log(directory);
    EXPECT_THROW(audit_log{directory}, std::runtime_error);
}

TEST_F(AuditLog, RecordThatDoesNotFitLeavesNoTraceAndLaterOnesDo) {
    audit_log log(directory);
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

TEST_F(AuditLog, LogTakenAwayIsNotWrittenOn) {
    audit_log log(directory);
    append(log, "\"id\":1");
    fs::rename(path(), path() + ".old");
    EXPECT_THAT(append(log, "\"id\":2"), HasSubstr("gone"));
    std::ofstream(path()) << "";
    EXPECT_THAT(append(log, "\"id\":2"), HasSubstr("replaced"));
    fs::rename(path() + ".old", path());
    EXPECT_THAT(append(log, "\"id\":2"), IsEmpty());
    EXPECT_EQ(whole(), 2);
}

TEST_F(AuditLog, LogChangedBehindItsBackIsNotWrittenOn) {
    audit_log log(directory);
    append(log, "\"id\":1");
    std::ofstream(path(), std::ios::app) << "x\n";
    EXPECT_THAT(append(log, "\"id\":2"), HasSubstr("was changed"));
}

} // namespace
} // namespace sealgate::milter
