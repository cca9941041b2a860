// Who names the key that signs a log: whom a proof believes, and what it says where they differ or the key was replaced.
#include "milter/audit/checkpoint_file.hpp"
#include "milter/audit/layout.hpp"
#include "milter/proof/prove.hpp"
#include "policy/audit/chain.hpp"
#include "tests/milter/proof/signed_log.hpp"
#include "tests/milter/support/as_nobody.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <utility>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

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

} // namespace
} // namespace sealgate::milter
