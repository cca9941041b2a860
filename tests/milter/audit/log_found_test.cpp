// The audit log under another's hand, and what it finds: nothing keeps mail from passing, nothing is cut away, and it is told.
#include "milter/audit/log_file.hpp"
#include "policy/audit/chain.hpp"
#include "tests/milter/audit/found_log.hpp"
#include "tests/milter/support/as_nobody.hpp"

#include <csignal>
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
    EXPECT_THAT(append_to(log, "\"id\":1"), HasSubstr("cannot write"));
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
