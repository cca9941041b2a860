#include "milter/audit_files.hpp"
#include "milter/audit_proof.hpp"
#include "milter/checkpoint_file.hpp"
#include "policy/chain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A log of thirty records, which the gateway signed at the tenth, the twentieth and the twenty-fifth.
class AuditProof : public testing::Test {
protected:
    AuditProof() {
        std::string name = (fs::temp_directory_path() / "sealgate-proof-XXXXXX").string();
        directory = ::mkdtemp(name.data());
        signer.emplace(directory / "key", directory, directory / "checkpoints.jsonl");
        write_log(1, "\"id\":1");
        for (const auto number : {10u, 20u, 25u}) signer->add({.time = {}, .end = ends[number - 1]});
    }
    ~AuditProof() override { fs::remove_all(directory); }

    // The records before `from` stay as they are.
    void write_log(std::size_t from, const std::string& fields) {
        policy::chain_end end = from == 1 ? policy::chain_end{} : ends[from - 2];
        lines.resize(from - 1);
        ends.resize(from - 1);
        while (lines.size() < 30) {
            lines.push_back(policy::chain(end, fields));
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

    proved prove_with(const fs::path& kept) const {
        auto asked = request_for(directory, own());
        if (!kept.empty()) asked.kept.push_back(kept);
        return prove(asked);
    }

    fs::path own() const { return directory / "checkpoints.jsonl"; }

    fs::path directory;
    std::optional<checkpoint_file> signer;
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

TEST_F(AuditProof, RotationMeanwhileIsNoTampering) {
    auto asked = request_for(directory, own());
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
