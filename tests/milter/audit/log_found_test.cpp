// The audit log under another's hand: nothing that others did keeps mail from passing, nothing of it is cut away, and the log
// says what it found.
#include "keys/base/files.hpp"
#include "milter/audit/layout.hpp"
#include "milter/audit/log.hpp"
#include "milter/audit/log_file.hpp"
#include "milter/proof/prove.hpp"
#include "policy/audit/chain.hpp"
#include "policy/audit/log_found.hpp"
#include "tests/milter/support/as_nobody.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <sys/resource.h>
#include <sys/stat.h>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using policy::log_state;
using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string append(audit_log& log, std::string fields) {
    std::promise<std::string> done;
    log.append(std::move(fields), [&](std::string error) { done.set_value(std::move(error)); });
    return done.get_future().get();
}

std::vector<std::string> lines_of(const fs::path& file) {
    std::vector<std::string> out;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
}

class FoundLog : public testing::Test {
protected:
    audit_options options() {
        return {.directory = directory,
                .key = scratch.path() / "checkpoint.key",
                .checkpoints = directory / "checkpoints.jsonl",
                .complain = [this](std::string_view text) { said.emplace_back(text); }};
    }

    fs::path path() const { return written_log(directory); }

    void write(audit_log& log, int records) {
        for (int i = 0; i < records; ++i) ASSERT_THAT(append(log, "\"id\":1"), IsEmpty());
    }

    proved verified() {
        return prove(request_for(directory, directory / "checkpoints.jsonl", scratch.path() / "checkpoint.key"));
    }

    // What the first record of the written file tells.
    std::optional<policy::log_found> told() const {
        const auto lines = lines_of(path());
        const auto out = lines.empty() ? std::nullopt : policy::log_found_told_in(lines.front());
        return out ? std::optional(out->found) : std::nullopt;
    }

    keys::temporary_directory scratch{fs::temp_directory_path()};
    fs::path directory = scratch.path() / "audit";
    fs::path elsewhere = scratch.path() / "elsewhere.jsonl";
    std::vector<std::string> said;
};

struct hand {
    const char* name;
    std::function<void(const fs::path& log, const fs::path& older, const fs::path& elsewhere)> does;
    log_state while_running, while_stopped;
    std::uint64_t first_flaw; // record
};

void PrintTo(const hand& of, std::ostream* out) { *out << of.name; }

void overwrite_end(const fs::path& log, std::string_view with) {
    std::fstream file(log, std::ios::in | std::ios::out);
    file.seekp(-static_cast<std::streamoff>(with.size()), std::ios::end) << with;
}

const hand hands[] = {
    {"copytruncate",
     [](const fs::path& log, const fs::path&, const fs::path& elsewhere) {
         fs::copy_file(log, elsewhere);
         fs::resize_file(log, 0);
     },
     log_state::emptied, log_state::behind, 1},
    {"cut between records",
     [](const fs::path& log, const fs::path& older, const fs::path&) { fs::resize_file(log, fs::file_size(older)); },
     log_state::cut, log_state::behind, 3},
    {"cut within a record",
     [](const fs::path& log, const fs::path&, const fs::path&) { fs::resize_file(log, fs::file_size(log) - 20); },
     log_state::cut, log_state::behind, 4},
    {"appended",
     [](const fs::path& log, const fs::path&, const fs::path&) { std::ofstream(log, std::ios::app) << "I was here\n"; },
     log_state::grown, log_state::damaged, 5},
    {"appended without an end",
     [](const fs::path& log, const fs::path&, const fs::path&) { std::ofstream(log, std::ios::app) << "I was"; },
     log_state::grown, log_state::damaged, 5},
    {"a hole of NULs",
     [](const fs::path& log, const fs::path&, const fs::path&) { fs::resize_file(log, fs::file_size(log) + 100); },
     log_state::grown, log_state::damaged, 5},
    {"removed", [](const fs::path& log, const fs::path&, const fs::path&) { fs::remove(log); }, log_state::gone,
     log_state::behind, 1},
    {"moved", [](const fs::path& log, const fs::path&, const fs::path& elsewhere) { fs::rename(log, elsewhere); },
     log_state::gone, log_state::behind, 1},
    {"moved, and another made",
     [](const fs::path& log, const fs::path&, const fs::path& elsewhere) {
         fs::rename(log, elsewhere);
         std::ofstream(log) << "";
     },
     log_state::replaced, log_state::behind, 1},
    {"an older copy moved there", [](const fs::path& log, const fs::path& older, const fs::path&) { fs::rename(older, log); },
     log_state::replaced, log_state::behind, 3},
    {"an older copy written there",
     [](const fs::path& log, const fs::path& older, const fs::path&) {
         fs::copy_file(older, log, fs::copy_options::overwrite_existing);
     },
     log_state::cut, log_state::behind, 3},
    {"the last record changed", [](const fs::path& log, const fs::path&, const fs::path&) { overwrite_end(log, "\"}!\n"); },
     log_state::changed, log_state::behind, 4},
    {"something else written there",
     [](const fs::path& log, const fs::path&, const fs::path&) { std::ofstream(log) << "nothing of yours\n"; }, log_state::cut,
     log_state::behind, 1},
    {"a directory in its place",
     [](const fs::path& log, const fs::path&, const fs::path& elsewhere) {
         fs::rename(log, elsewhere);
         fs::create_directories(log / "within");
     },
     log_state::replaced, log_state::no_file, 1},
    {"a pipe in its place",
     [](const fs::path& log, const fs::path&, const fs::path& elsewhere) {
         fs::rename(log, elsewhere);
         ::mkfifo(log.c_str(), 0600);
     },
     log_state::replaced, log_state::no_file, 1},
    {"a link that leads nowhere",
     [](const fs::path& log, const fs::path&, const fs::path& elsewhere) {
         fs::rename(log, elsewhere);
         fs::create_symlink(log.parent_path() / "none" / "none", log);
     },
     log_state::replaced, log_state::no_file, 1},
    {"a link that leads to itself",
     [](const fs::path& log, const fs::path&, const fs::path& elsewhere) {
         fs::rename(log, elsewhere);
         fs::create_symlink(log, log);
     },
     log_state::replaced, log_state::no_file, 1},
};

class FoundLogOfOthers : public FoundLog, public testing::WithParamInterface<hand> {
protected:
    // What is lost is told for good, and the rest is proved.
    void expect_told(log_state what) {
        const auto found = told();
        ASSERT_TRUE(found);
        EXPECT_EQ(name_of(found->what), name_of(what));
        EXPECT_EQ(found->last_record, 4u);
        EXPECT_TRUE(found->kept_as.empty() || fs::exists(fs::symlink_status(directory / found->kept_as))) << found->kept_as;
        const auto proof = verified();
        ASSERT_FALSE(proof.problems.empty());
        EXPECT_EQ(proof.problems.size(), 1u) << proof.problems.back().text;
        EXPECT_EQ(proof.problems[0].record, GetParam().first_flaw) << proof.problems[0].text;
        EXPECT_THAT(proof.notes, Contains(HasSubstr("record 5 says that at ")));
        EXPECT_THAT(proof.notes, Contains(HasSubstr(" behind that: each follows the one before it")));
    }

    void expect_to_go_on() {
        said.clear();
        const auto files = log_files(directory);
        {
            audit_log log(options());
            write(log, 1);
        }
        EXPECT_THAT(said, IsEmpty()) << "told once";
        EXPECT_EQ(log_files(directory), files);
    }

    fs::path older = scratch.path() / "older.jsonl";
};

TEST_P(FoundLogOfOthers, WhileTheGatewayRuns) {
    {
        audit_log log(options());
        write(log, 2);
        fs::copy_file(path(), older);
        write(log, 2);
        GetParam().does(path(), older, elsewhere);
        write(log, 2);
    }
    EXPECT_THAT(lines_of(path()), SizeIs(3));
    EXPECT_THAT(said, testing::ElementsAre(HasSubstr("THE AUDIT LOG IS NOT AS THE GATEWAY LEFT IT: ")));
    expect_told(GetParam().while_running);
    expect_to_go_on();
    expect_told(GetParam().while_running);
}

TEST_P(FoundLogOfOthers, WhileTheGatewayIsStopped) {
    {
        audit_log log(options());
        write(log, 2);
        fs::copy_file(path(), older);
        write(log, 2);
    }
    GetParam().does(path(), older, elsewhere);
    {
        audit_log log(options());
        write(log, 2);
    }
    EXPECT_THAT(lines_of(path()), SizeIs(3));
    EXPECT_THAT(said, testing::ElementsAre(HasSubstr("THE AUDIT LOG IS NOT AS THE GATEWAY LEFT IT: ")));
    expect_told(GetParam().while_stopped);
    expect_to_go_on();
}

INSTANTIATE_TEST_SUITE_P(Hands, FoundLogOfOthers, testing::ValuesIn(hands));

// A gateway that is not root, and what root put there.
class FoundLogOfRoot : public FoundLog {
protected:
    void SetUp() override {
        if (::geteuid() != 0) GTEST_SKIP() << "root alone gives files away";
        constexpr uid_t nobody = 65534;
        ASSERT_EQ(::chown(scratch.path().c_str(), nobody, nobody), 0);
        const as_nobody user;
        audit_log log(options());
        write(log, 4);
    }

    // For root alone.
    void put_back(const std::string& content) {
        fs::remove(path());
        std::ofstream(path(), std::ios::binary) << content;
        ASSERT_EQ(::chown(path().c_str(), 0, 0), 0);
        fs::permissions(path(), fs::perms::owner_read | fs::perms::owner_write);
    }

    void expect_to_go_on_behind_the_fourth(log_state what) {
        ASSERT_TRUE(told());
        EXPECT_EQ(name_of(told()->what), name_of(what));
        EXPECT_EQ(told()->last_record, 4u);
        EXPECT_EQ(policy::end_at(lines_of(path()).front())->last_seq, 5u);
        EXPECT_TRUE(fs::exists(directory / told()->kept_as));
        EXPECT_THAT(said, Contains(HasSubstr("THE AUDIT LOG IS NOT AS THE GATEWAY LEFT IT: ")));
    }
};

TEST_F(FoundLogOfRoot, IsPutAwayUnreadWhileTheGatewayRuns) {
    const auto content = keys::read_file(path());
    std::optional<audit_log> log;
    {
        const as_nobody user;
        log.emplace(options());
    }
    put_back(content);
    {
        const as_nobody user;
        write(*log, 1);
        log.reset();
    }
    expect_to_go_on_behind_the_fourth(log_state::replaced);
    EXPECT_EQ(told()->kept_as, "found-000000000005.jsonl");
    EXPECT_EQ(keys::read_file(directory / told()->kept_as), content);
}

TEST_F(FoundLogOfRoot, IsPutAwayUnreadAtTheStart) {
    const auto content = keys::read_file(path());
    put_back(content);
    {
        const as_nobody user;
        audit_log log(options());
        write(log, 1);
    }
    expect_to_go_on_behind_the_fourth(log_state::barred);
    EXPECT_EQ(keys::read_file(directory / told()->kept_as), content);
}

TEST_F(FoundLogOfRoot, OneThatMayOnlyBeReadIsOfTheLog) {
    fs::permissions(path(), fs::perms::owner_read | fs::perms::group_read);
    {
        const as_nobody user;
        audit_log log(options());
        write(log, 1);
    }
    expect_to_go_on_behind_the_fourth(log_state::barred);
    EXPECT_EQ(told()->kept_as, "audit-000000000001.jsonl");
    EXPECT_THAT(verified().problems, IsEmpty());
    EXPECT_THAT(verified().notes, Contains(HasSubstr("audit.jsonl could not be written by the gateway")));
}

TEST_F(FoundLog, WhatOthersWroteIsKeptInItsPlace) {
    audit_log log(options());
    write(log, 2);
    std::ofstream(path(), std::ios::app) << "I was here\n";
    write(log, 1);
    EXPECT_THAT(lines_of(rotated_log(directory, 1)), AllOf(SizeIs(3), Contains("I was here")));
    fs::remove(path());
    std::ofstream(path()) << "no record\n";
    write(log, 1);
    EXPECT_EQ(told()->kept_as, "found-000000000005.jsonl");
    EXPECT_THAT(lines_of(directory / told()->kept_as), testing::ElementsAre("no record"));
    EXPECT_THAT(verified().problems, SizeIs(2)) << "the second one is found behind the first";
}

// Of the same number, the same size and sound in itself: the hash alone is another.
TEST_F(FoundLog, OneThatWasWrittenAnewIsKnownByItsLastHash) {
    const auto forge = [this] {
        policy::chain_end end;
        std::string lines;
        for (int i = 0; i < 3; ++i) lines += policy::chain(end, "\"id\":2") + "\n";
        ASSERT_EQ(fs::file_size(path()), lines.size());
        std::ofstream(path(), std::ios::in) << lines;
    };
    const auto expect_told = [this](log_state what) {
        ASSERT_TRUE(told());
        EXPECT_EQ(name_of(told()->what), name_of(what));
        EXPECT_EQ(told()->last_record, 3u);
    };
    {
        audit_log log(options());
        write(log, 3);
        forge();
        write(log, 1);
        expect_told(log_state::changed);
    }
    fs::remove_all(directory);
    {
        audit_log log(options());
        write(log, 3);
    }
    forge();
    audit_log log(options());
    write(log, 1);
    expect_told(log_state::behind);
}

TEST_F(FoundLog, OneThatIsTouchedIsAsItWasLeft) {
    audit_log log(options());
    write(log, 2);
    fs::last_write_time(path(), fs::file_time_type::clock::now() - std::chrono::hours(1));
    write(log, 2);
    EXPECT_THAT(lines_of(path()), SizeIs(4));
    EXPECT_THAT(verified().problems, IsEmpty());
}

TEST_F(FoundLog, OneThatWasRotatedByHandIsWholeAndToldOf) {
    audit_log log(options());
    write(log, 2);
    fs::rename(path(), rotated_log(directory, 1));
    write(log, 1);
    const auto proof = verified();
    EXPECT_THAT(proof.problems, IsEmpty());
    EXPECT_EQ(proof.end.last_seq, 4u);
    EXPECT_THAT(proof.notes, Contains(AllOf(HasSubstr("record 3 says that at "), HasSubstr(" audit.jsonl was gone"))));
}

// A full disk, as far as write(2) is concerned.
TEST_F(FoundLog, WhatCannotBeWrittenLeavesNoHoleInAnEmptiedLog) {
    audit_log log(options());
    write(log, 3);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_IGN);
    fs::resize_file(path(), 0);
    const rlimit tight{.rlim_cur = 20, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight);
    EXPECT_THAT(append(log, "\"id\":1"), HasSubstr("cannot write"));
    ::setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_EQ(fs::file_size(path()), 0u);
    write(log, 1);
    ASSERT_TRUE(told());
    EXPECT_EQ(told()->what, log_state::emptied);
    EXPECT_THAT(lines_of(path()), SizeIs(2));
}

TEST_F(FoundLog, WhatOthersAppendBeforeAWriteThatFailsIsNotTakenBack) {
    const std::string theirs = "not a record of ours\n";
    std::signal(SIGXFSZ, SIG_IGN);
    for (const rlim_t octets_of_ours : {0, 10}) {
        const keys::temporary_directory place(scratch.path());
        audit_file file(place.path());
        const auto name = written_log(place.path());
        ASSERT_EQ(file.look(), std::nullopt);
        std::ofstream(name, std::ios::app) << theirs;
        auto end = file.end();
        const auto line = policy::chain(end, "\"id\":1") + "\n";
        rlimit before{};
        ::getrlimit(RLIMIT_FSIZE, &before);
        const rlimit tight{.rlim_cur = theirs.size() + octets_of_ours, .rlim_max = before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &tight);
        const auto error = file.append(line, end, {});
        ::setrlimit(RLIMIT_FSIZE, &before);
        EXPECT_THAT(error, HasSubstr("cannot write"));
        EXPECT_EQ(keys::read_file(name), theirs) << octets_of_ours;
        EXPECT_EQ(file.look(), log_state::grown);
    }
}

TEST_F(FoundLog, RecordsAreNeverCountedAnewWhereTheLogIsGoneAndItsCheckpointsAreNot) {
    {
        audit_log log(options());
        write(log, 3);
    }
    for (const auto& file : log_files(directory)) fs::remove(file);
    {
        audit_log log(options());
        write(log, 1);
    }
    const auto found = told();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->first_record, 1u);
    EXPECT_EQ(found->last_record, 3u);
    EXPECT_EQ(policy::end_at(lines_of(path()).front())->last_seq, 4u);
    EXPECT_THAT(verified().problems.at(0).text, HasSubstr("records 1 to 3 of the log: removed or moved"));
}

TEST_F(FoundLog, EventSaysTheSameInTheLogAndToPeople) {
    const policy::log_found found{.what = log_state::emptied,
                                  .first_record = 3,
                                  .last_record = 7,
                                  .octets_left = 812,
                                  .octets = 0,
                                  .kept_as = "audit-000000000003.jsonl"};
    policy::chain_end end;
    const auto line = policy::chain(end, policy::log_found_event({}, found));
    EXPECT_EQ(policy::log_found_told_in(line)->found, found);
    EXPECT_EQ(to_string(found),
              "audit.jsonl was emptied; records 3 to 7 should be in it (812 octets; found were 0); what was found "
              "is kept as audit-000000000003.jsonl");
    EXPECT_FALSE(policy::log_found_told_in("{\"seq\":1,\"time\":\"\",\"event\":\"start\"}"));
}

} // namespace
} // namespace sealgate::milter
