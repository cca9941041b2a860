// What is proved of a log, and which flaw is named where it is not whole.
#include "keys/base/files.hpp"
#include "milter/audit/checkpoint_file.hpp"
#include "milter/audit/layout.hpp"
#include "milter/audit/proof.hpp"
#include "policy/audit/chain.hpp"
#include "policy/audit/event.hpp"
#include "tests/milter/support/as_nobody.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A log of thirty records, which the gateway signed at the tenth, the twentieth and the twenty-fifth.
class AuditProof : public testing::Test {
protected:
    AuditProof() {
        signer.emplace(directory / "key", directory, directory / "checkpoints.jsonl");
        write_log(1, "\"id\":1");
        for (const auto number : {10u, 20u, 25u}) signer->add({.time = {}, .end = ends[number - 1]});
    }
    // The records before `from` stay as they are.
    void write_log(std::size_t from, const std::string& fields) {
        policy::chain_end end = from == 1 ? policy::chain_end{} : ends[from - 2];
        lines.resize(from - 1);
        ends.resize(from - 1);
        while (lines.size() < 30) {
            const auto named = names.find(lines.size() + 1);
            lines.push_back(policy::chain(end, named == names.end() ? fields : policy::signing_key_event({}, named->second)));
            ends.push_back(end);
        }
        std::ofstream out(written_log(directory));
        for (const auto& line : lines) out << line << '\n';
    }

    // A copy of the gateway's checkpoints as they are now, in the hands of an auditor.
    fs::path keep(std::size_t first, std::size_t last) const {
        std::ifstream in(own());
        std::ofstream out(directory / "kept");
        std::string line;
        for (std::size_t i = 1; std::getline(in, line); ++i)
            if (i >= first && i <= last) out << line << '\n';
        return directory / "kept";
    }

    // All of it signed anew with another key, as it lies beside the log from now on.
    ed25519_public_key sign_anew() {
        const checkpoint_file other(directory / "other", directory, own());
        fs::remove(own());
        for (const auto number : {10u, 20u, 30u}) other.add({.time = {}, .end = ends[number - 1]});
        return other.public_key();
    }

    proved prove_with(const fs::path& kept) const {
        auto asked = request_for(directory, own(), directory / "key");
        if (!kept.empty()) asked.kept.push_back(kept);
        return prove(asked);
    }

    fs::path own() const { return directory / "checkpoints.jsonl"; }

    keys::temporary_directory scratch{fs::temp_directory_path()};
    fs::path directory = scratch.path();
    std::optional<checkpoint_file> signer;
    std::map<std::uint64_t, ed25519_public_key> names; // the key that a record names, for write_log()
    std::vector<std::string> lines;
    std::vector<policy::chain_end> ends;
};

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

// Keys.

TEST_F(AuditProof, PublicKeyBesideTheLogIsNotBelievedAgainstTheSecretOne) {
    const auto other = to_text(sign_anew());
    const auto found = prove_with({});
    ASSERT_THAT(found.problems, SizeIs(1));
    EXPECT_THAT(found.problems[0].text,
                AllOf(HasSubstr(other), HasSubstr(to_text(signer->public_key())), HasSubstr("key names")));
    EXPECT_FALSE(found.last_signed);
    EXPECT_EQ(found.own_signed_to, 0u);
}

TEST_F(AuditProof, PublicKeyBesideTheLogIsNotBelievedAgainstTheLog) {
    names = {{3, signer->public_key()}};
    write_log(1, "\"id\":1");
    const auto other = to_text(sign_anew());
    fs::remove(directory / "key"); // an auditor cannot read it
    const auto found = prove_with({});
    ASSERT_THAT(found.problems, SizeIs(1));
    EXPECT_THAT(found.problems[0].text, AllOf(HasSubstr(other), HasSubstr("record 3 of the log names the signing key " +
                                                                          to_text(signer->public_key()))));
    EXPECT_TRUE(found.is_key_in_doubt);
    EXPECT_FALSE(found.last_signed);
}

TEST_F(AuditProof, KeyThatWasGivenCountsAndWhoeverNamesAnotherIsTold) {
    const auto ours = signer->public_key();
    names = {{3, ours}};
    write_log(1, "\"id\":1");
    fs::remove(own());
    for (const auto number : {10u, 20u}) signer->add({.time = {}, .end = ends[number - 1]});
    auto asked = request_for(directory, own(), directory / "key");
    asked.trusted = {.keys = {ours}, .who = {}};
    EXPECT_THAT(prove(asked).problems, IsEmpty());

    std::ofstream(public_key_file(directory)) << to_text(ed25519_key({}).public_key()) << '\n';
    asked = request_for(directory, own(), directory / "key");
    asked.trusted = {.keys = {ours}, .who = {}};
    auto found = prove(asked);
    ASSERT_THAT(found.problems, SizeIs(1));
    EXPECT_THAT(found.problems[0].text, HasSubstr("checkpoint.pub names the signing key"));
    EXPECT_EQ(found.last_signed->end.last_seq, 20u) << "what the key given signed is proved";
}

TEST_F(AuditProof, LogThatNamesAnotherKeyThanTheOneGivenIsToldSo) {
    const auto ours = signer->public_key();
    const auto theirs = ed25519_key({}).public_key();
    names = {{3, ours}, {26, theirs}};
    write_log(1, "\"id\":1");
    fs::remove(own());
    signer->add({.time = {}, .end = ends[24]});
    proof_request asked{.logs = {written_log(directory)}, .kept = {own()}, .trusted = {.keys = {ours}}};
    const auto found = prove(asked);
    ASSERT_THAT(found.problems, SizeIs(1));
    EXPECT_THAT(found.problems[0].text, AllOf(HasSubstr("record 26 of the log names the signing key " + to_text(theirs)),
                                              HasSubstr(to_text(ours)), HasSubstr("--key OLD --key NEW")));
    EXPECT_EQ(found.last_signed->end.last_seq, 25u);
    asked.trusted.keys.push_back(theirs);
    EXPECT_THAT(prove(asked).problems, IsEmpty());
}

TEST_F(AuditProof, ReplacedKeySignsNothingThatCameAfterwards) {
    const auto stolen = signer->public_key();
    const auto fresh = ed25519_key({}).public_key();
    names = {{3, stolen}, {22, fresh}};
    write_log(1, "\"id\":1");
    fs::remove(own());
    for (const auto number : {10u, 25u}) signer->add({.time = {}, .end = ends[number - 1]});
    const proof_request asked{.logs = {written_log(directory)}, .kept = {own()}, .trusted = {.keys = {stolen, fresh}}};
    const auto found = prove(asked);
    ASSERT_THAT(found.problems, SizeIs(1));
    EXPECT_THAT(found.problems[0].text, AllOf(HasSubstr("checkpoint 2 is of record 25"), HasSubstr("replaced in record 22")));
}

// An honest gateway whose key was replaced, as record 16 says; it signed the tenth record with the one before it.
class HonestReplacement : public AuditProof {
protected:
    HonestReplacement() {
        fs::remove(own());
        names = {{1, former}, {16, fresh}};
        write_log(1, "\"id\":1");
        signer->add({.time = {}, .end = ends[9]});
        fs::remove(directory / "key");
        signer.emplace(directory / "key", directory, own());
        names[16] = fresh = signer->public_key();
        write_log(16, "\"id\":1");
        for (const auto number : {20u, 25u}) signer->add({.time = {}, .end = ends[number - 1]});
    }

    void damage(std::size_t record) {
        lines[record - 1][10] ^= 1;
        put(lines.size());
    }
    // The first of them: a copy that is older than its checkpoints.
    void put(std::size_t count) const {
        std::ofstream out(written_log(directory));
        for (std::size_t i = 0; i < count; ++i) out << lines[i] << '\n';
    }

    proved prove_by(std::vector<ed25519_public_key> keys) const {
        auto asked = request_for(directory, own(), directory / "key");
        if (!keys.empty()) asked.trusted = {.keys = std::move(keys), .who = {}};
        return prove(asked);
    }

    ed25519_public_key former = signer->public_key(), fresh = former;
};

TEST_F(HonestReplacement, IsNoDoubtWhereAnEarlierRecordIsDamaged) {
    EXPECT_THAT(prove_by({former, fresh}).problems, IsEmpty());
    damage(5);
    const auto found = prove_by({former, fresh});
    ASSERT_THAT(found.problems, SizeIs(1)) << found.problems.back().text;
    EXPECT_EQ(found.problems[0].record, 5u);
    EXPECT_THAT(found.notes, IsEmpty());
}

TEST_F(HonestReplacement, IsNoDoubtWhereTheCopyIsOlderThanItsCheckpoints) {
    put(12);
    auto found = prove_by({former, fresh});
    ASSERT_THAT(found.problems, SizeIs(1)) << found.problems.back().text;
    EXPECT_EQ(found.problems[0].record, 13u);
    EXPECT_EQ(found.last_signed->end.last_seq, 10u);
    auto asked = request_for(directory, own(), directory / "key");
    asked.kept.push_back(keep(1, 1));
    asked.trusted = {.keys = {former, fresh}, .who = {}};
    found = prove(asked);
    ASSERT_THAT(found.problems, SizeIs(1)) << "the gateway's own reach further than those kept";
    EXPECT_EQ(found.problems[0].record, 13u);
}

TEST_F(HonestReplacement, IsNotHeldAgainstThePublicKeyBehindAFlaw) {
    damage(5);
    const auto found = prove_by({});
    ASSERT_THAT(found.problems, SizeIs(2));
    EXPECT_EQ(found.problems[0].record, 5u);
    EXPECT_THAT(found.problems[1].text, HasSubstr("checkpoint 1 was signed by another key, " + to_text(former)));
    ASSERT_THAT(found.notes, SizeIs(1));
    EXPECT_THAT(found.notes[0], AllOf(HasSubstr("record 1 of the log names the signing key " + to_text(former)),
                                      HasSubstr("not that of checkpoint.pub"), HasSubstr("up to record 4 only")));
}

TEST_F(HonestReplacement, KeyThatWasReplacedBeforeTheFlawIsStillToldToHaveSigned) {
    fs::remove(own());
    names[18] = ed25519_key({}).public_key();
    write_log(18, "\"id\":1");
    signer->add({.time = {}, .end = ends[19]});
    damage(23);
    const auto found = prove_by({former, fresh, names[18]});
    ASSERT_THAT(found.problems, SizeIs(2));
    EXPECT_EQ(found.problems[0].record, 23u);
    EXPECT_THAT(found.problems[1].text, AllOf(HasSubstr("checkpoint 1 is of record 20"), HasSubstr("replaced in record 18")));
}

TEST_F(HonestReplacement, NothingCountsAsSignedByAKeyThatTheReadableRecordsDoNotName) {
    fs::remove(own());
    signer->add({.time = {}, .end = ends[9]});
    damage(14);
    const auto found = prove_by({});
    EXPECT_THAT(found.problems, SizeIs(1));
    EXPECT_TRUE(found.is_key_in_doubt);
    EXPECT_FALSE(found.last_signed);
}

TEST_F(AuditProof, KeyThatNoRecordNamesIsNotSaidToHaveBeenReplaced) {
    const auto named = ed25519_key({}).public_key();
    names = {{3, named}};
    write_log(1, "\"id\":1");
    fs::remove(own());
    signer->add({.time = {}, .end = ends[9]});
    const proof_request asked{
        .logs = {written_log(directory)}, .kept = {own()}, .trusted = {.keys = {signer->public_key(), named}}};
    const auto found = prove(asked);
    ASSERT_THAT(found.problems, SizeIs(1));
    EXPECT_THAT(found.problems[0].text, HasSubstr("which no record names: record 3 names " + to_text(named)));
}

TEST_F(AuditProof, CheckpointsOfAFormerKeyAreToldOnceWithTheWayOut) {
    const auto former = to_text(signer->public_key());
    fs::remove(directory / "key");
    signer.emplace(directory / "key", directory, own());
    auto found = prove_with({});
    ASSERT_THAT(found.problems, SizeIs(1));
    EXPECT_THAT(found.problems[0].text,
                AllOf(HasSubstr("checkpoint 1 was signed by another key, " + former + ", as were 2 more of this file"),
                      HasSubstr("--key OLD --key NEW")));
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

TEST_F(AuditProof, KeyThatMayNotBeReadIsToldNotToHaveBeenCompared) {
    fs::permissions(directory, fs::perms(0755));
    for (const auto& file : {written_log(directory), own(), public_key_file(directory)}) fs::permissions(file, fs::perms(0644));
    fs::permissions(directory / "key", fs::perms(0));
    const auto prove_as_nobody = [&] {
        const as_nobody now;
        return prove_with({});
    };
    auto found = prove_as_nobody();
    EXPECT_THAT(found.problems, IsEmpty());
    EXPECT_THAT(found.notes, ElementsAre("key could not be read, and was not held against checkpoint.pub"));
    fs::permissions(public_key_file(directory), fs::perms(0));
    fs::remove(own());
    found = prove_as_nobody();
    EXPECT_THAT(found.notes, ElementsAre("checkpoint.pub could not be read", "key could not be read"));
    const as_nobody now;
    EXPECT_THAT(request_for(directory, own(), directory / "key").forbidden,
                ElementsAre(public_key_file(directory), directory / "key"));
}

TEST_F(AuditProof, KeyOfTheLastStartIsFoundInWhicheverFileItStands) {
    EXPECT_FALSE(last_witness(directory));
    names = {{3, ed25519_key({}).public_key()}, {4, signer->public_key()}};
    write_log(1, "\"id\":1");
    fs::rename(written_log(directory), rotated_log(directory, 1));
    auto end = ends.back();
    std::ofstream(written_log(directory)) << policy::chain(end, "\"id\":3") << '\n';
    const auto found = last_witness(directory);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->who, "record 4 of the log");
    EXPECT_EQ(found->key, signer->public_key());
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
