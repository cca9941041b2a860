// What is proved of a log, and which flaw is named where it is not whole. Of its keys: key_witnesses_test.cpp.
#include "milter/audit/checkpoint_file.hpp"
#include "milter/audit/layout.hpp"
#include "milter/proof/prove.hpp"
#include "policy/audit/chain.hpp"
#include "tests/milter/proof/signed_log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(AuditProof, CheckpointCutShortByACrashIsTakenAwayByTheNext) {
    std::ofstream(own(), std::ios::app) << R"({"time":"2026-11-2)";
    EXPECT_THAT(prove_with({}).notes, SizeIs(1));
    signer->add({.time = {}, .end = ends[29]});
    const auto found = prove_with({});
    EXPECT_THAT(found.problems, IsEmpty());
    EXPECT_THAT(found.notes, IsEmpty());
    EXPECT_EQ(found.own_signed_to, 30u);
}

TEST_F(AuditProof, KeptCheckpointWithoutItsLineEndCounts) {
    const auto kept = keep(2, 2);
    fs::resize_file(kept, fs::file_size(kept) - 1);
    const auto found = prove_with(kept);
    EXPECT_THAT(found.problems, IsEmpty());
    EXPECT_EQ(found.last_signed->end.last_seq, 20u);
    write_log(1, "\"id\":2");
    ASSERT_FALSE(prove_with(kept).problems.empty());
}

TEST_F(AuditProof, KeptFileThatProvesNothingIsAProblem) {
    auto found = prove_with(keep(9, 9));
    ASSERT_THAT(found.problems, SizeIs(1));
    EXPECT_THAT(found.problems[0].text, HasSubstr("holds no checkpoint"));
}

TEST_F(AuditProof, WhatIsProvedIsWhatTheKeptCheckpointsProve) {
    const auto kept = keep(1, 2);
    write_log(21, "\"id\":2");
    fs::remove(own());
    for (const auto number : {10u, 20u, 30u}) signer->add({.time = {}, .end = ends[number - 1]});
    const auto found = prove_with(kept);
    EXPECT_THAT(found.problems, IsEmpty()) << "nobody kept a checkpoint of what was written anew";
    EXPECT_EQ(found.last_signed->end.last_seq, 20u);
    EXPECT_EQ(found.own_signed_to, 30u);
}

TEST_F(AuditProof, LogSignedAnewIsHeldAgainstWhatWasKept) {
    const auto kept = keep(2, 2);
    write_log(5, "\"id\":2");
    fs::remove(own());
    for (const auto number : {10u, 20u, 30u}) signer->add({.time = {}, .end = ends[number - 1]});
    EXPECT_THAT(prove_with({}).problems, IsEmpty());
    const auto found = prove_with(kept);
    ASSERT_THAT(found.problems, SizeIs(1));
    EXPECT_EQ(found.problems[0].record, 1u) << "its own new checkpoints vouch for nothing";
}

TEST_F(AuditProof, LogsFlawComesBeforeLinesThatAreNoCheckpoints) {
    std::ofstream(own(), std::ios::app) << std::string(50, '\n');
    lines[4][10] = '7';
    std::ofstream out(written_log(directory));
    for (const auto& line : lines) out << line << '\n';
    out.close();
    const auto found = prove_with({});
    ASSERT_THAT(found.problems, SizeIs(12));
    EXPECT_EQ(found.problems[0].record, 5u);
    EXPECT_THAT(found.problems.back().text, HasSubstr("40 further lines"));
    EXPECT_THAT(found.notes, IsEmpty()) << "the rest was not looked at";
}

TEST_F(AuditProof, LastRecordWithoutItsLineEndIsToldAsWhatItIs) {
    fs::resize_file(written_log(directory), fs::file_size(written_log(directory)) - 1);
    const auto found = prove_with({});
    ASSERT_THAT(found.notes, SizeIs(1));
    EXPECT_THAT(found.notes[0], HasSubstr("has no line end yet"));
}

TEST_F(AuditProof, ChangedLineEndsOfCheckpointsAreToldOnce) {
    const auto kept = keep(1, 3);
    std::ofstream changed(own());
    std::ifstream in(kept);
    for (std::string line; std::getline(in, line);) changed << line << "\r\n" << std::flush;
    const auto found = prove_with({});
    ASSERT_THAT(found.problems, SizeIs(1));
    EXPECT_EQ(found.problems[0].text, "checkpoint 1 " + std::string(policy::ends_in_crlf) + "; so do 2 more of this file");
    EXPECT_EQ(found.counting, 0u);
    EXPECT_EQ(found.not_genuine, 3u);
    EXPECT_FALSE(found.is_kept);
}

TEST_F(AuditProof, ChangedCheckpointIsToldAsChangedAmongTheKeysOfTwo) {
    std::ifstream in(own());
    std::string first, rest((std::getline(in, first), std::istreambuf_iterator<char>(in)), {});
    std::ofstream(own()) << first.replace(first.find("\"seq\":10"), 8, "\"seq\":11") << '\n' << rest;
    auto asked = request_for(directory, own(), directory / "key");
    asked.trusted = {.keys = {signer->public_key(), ed25519_key({}).public_key()}, .who = {}};
    const auto found = prove(asked);
    ASSERT_THAT(found.problems, SizeIs(1));
    EXPECT_EQ(found.problems[0].text, "checkpoint 1 was changed: its signature does not fit its content");
}

TEST_F(AuditProof, LogThatIsSignedAndHasNoCheckpointIsToldSo) {
    EXPECT_THAT(prove_with({}).notes, IsEmpty());
    fs::remove(own());
    EXPECT_THAT(prove({.directory = directory, .own_checkpoints = own()}).notes, IsEmpty())
        << "nothing says that it should have some";
    names = {{3, signer->public_key()}};
    write_log(1, "\"id\":1");
    for (const bool is_there : {false, true}) {
        if (is_there) std::ofstream(own()) << "";
        const auto found = prove_with({});
        EXPECT_THAT(found.problems, IsEmpty());
        ASSERT_THAT(found.notes, SizeIs(1));
        EXPECT_THAT(found.notes[0], AllOf(HasSubstr("record 3 says that the gateway signs this log"), HasSubstr(own().string()),
                                          HasSubstr("--checkpoint FILE")));
    }
}

TEST_F(AuditProof, LogWrittenAnewWithoutItsKeyIsToldToHaveNoCheckpointByWhoeverNamesOne) {
    fs::remove(own());
    auto found = prove_with({});
    EXPECT_THAT(found.problems, IsEmpty());
    ASSERT_THAT(found.notes, SizeIs(1));
    EXPECT_THAT(found.notes[0],
                AllOf(HasSubstr("checkpoint.pub names a signing key"), HasSubstr(own().string()), HasSubstr("taken away")));
    fs::remove(public_key_file(directory));
    ASSERT_THAT(prove_with({}).notes, SizeIs(1));
    EXPECT_THAT(prove_with({}).notes[0], HasSubstr("key names a signing key"));
    found = prove({.logs = {written_log(directory)}, .trusted = {.keys = {signer->public_key()}}});
    ASSERT_THAT(found.notes, SizeIs(1));
    EXPECT_THAT(found.notes[0], AllOf(HasSubstr("a signing key was given"), HasSubstr("no checkpoint is given")));
}

TEST_F(AuditProof, RotationMeanwhileIsNoTampering) {
    auto asked = request_for(directory, own(), directory / "key");
    std::size_t seen = 0;
    const auto found = prove(asked, [&](const std::string&) {
        if (++seen != 3) return;
        auto end = ends.back();
        fs::rename(written_log(directory), rotated_log(directory, 1));
        std::ofstream(written_log(directory)) << policy::chain(end, "\"id\":3") << '\n';
    });
    EXPECT_THAT(found.problems, IsEmpty());
    EXPECT_EQ(found.end.last_seq, 31u);
}

TEST_F(AuditProof, TwoNamesOfOneFileAreReadOnce) {
    fs::create_hard_link(written_log(directory), rotated_log(directory, 1));
    EXPECT_EQ(prove_with({}).end.last_seq, 30u);
}

} // namespace
} // namespace sealgate::milter
