// The tree beside a log: grown with it, taken up as it was signed, made of an older log; and nothing that nobody has seen.
#include "milter/audit/layout.hpp"
#include "milter/audit/tree_file.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;

class TreeFile : public testing::Test {
protected:
    // Appends so many records to the written log.
    void write(std::size_t records, const std::string& what = "x") {
        std::ofstream out(written_log(directory), std::ios::app);
        for (std::size_t i = 0; i < records; ++i) {
            lines.push_back(policy::chain(end, "\"id\":\"" + what + "\""));
            out << lines.back() << '\n';
        }
    }
    void write_anew() const {
        std::ofstream out(written_log(directory));
        for (const auto& line : lines) out << line << '\n';
    }

    // As the gateway signs it.
    void sign(tree_file& tree) {
        tree.sync();
        last_signed = policy::checkpoint{
            .time = {},
            .end = end,
            .tree = policy::record_tree{.first = tree.first_record(),
                                        .head = {.origin = "x", .leaves = tree.tree().leaves(), .root = tree.tree().root()}}};
    }
    // A gateway starts, and ends in order.
    std::uint64_t run() {
        tree_file tree(directory, end, last_signed);
        EXPECT_EQ(tree.tree().root(), root_of(tree.first_record()));
        if (tree.tree().leaves() > 0) sign(tree);
        return tree.first_record();
    }

    policy::tree_hash root_of(std::size_t first = 1) const {
        policy::growing_tree tree;
        for (auto i = first; i <= lines.size(); ++i) tree.add(policy::leaf_hash(lines[i - 1]));
        return tree.root();
    }

    fs::path file(std::uint64_t first = 1) const { return tree_beginning_with(directory, first); }

    keys::temporary_directory scratch{fs::temp_directory_path()};
    fs::path directory = scratch.path();
    policy::chain_end end;
    std::vector<std::string> lines;
    std::optional<policy::checkpoint> last_signed;
};

TEST_F(TreeFile, BeginsWithANewLogAndGoesOn) {
    {
        tree_file tree(directory, end, last_signed);
        EXPECT_EQ(tree.first_record(), 1u);
        write(7);
        std::vector<policy::tree_hash> leaves;
        for (const auto& line : lines) leaves.push_back(policy::leaf_hash(line));
        tree.take(tree.grown_by(leaves));
        EXPECT_EQ(tree.tree().root(), root_of());
        EXPECT_EQ(fs::file_size(file()), 0u) << "nothing before it is synced";
        sign(tree);
        EXPECT_EQ(fs::file_size(file()) / 32, policy::stored_hashes(7));
    }
    write(5);
    EXPECT_EQ(run(), 1u);
}

TEST_F(TreeFile, IsMadeOfALogThatHadNone) {
    write(100);
    EXPECT_EQ(run(), 1u);
    EXPECT_EQ(fs::file_size(file()) / 32, policy::stored_hashes(100));
}

TEST_F(TreeFile, OfAVeryLargeLogOnlyTheLatestFilesAreRead) {
    write(50);
    fs::rename(written_log(directory), rotated_log(directory, 1));
    write(50);
    const tree_file tree(directory, end, last_signed, fs::file_size(written_log(directory)));
    EXPECT_EQ(tree.first_record(), 51u);
    EXPECT_EQ(tree.tree().root(), root_of(51));
}

// A crash leaves anything behind what was signed.
TEST_F(TreeFile, WhatIsBehindTheSignedIsTakenFromTheLog) {
    write(20);
    EXPECT_EQ(run(), 1u);
    fs::rename(written_log(directory), rotated_log(directory, 1));
    const auto at_twenty = last_signed;
    const auto signed_octets = policy::stored_hashes(20) * 32;
    write(13);
    for (const std::uint64_t more : {0u, 1u, 31u, 32u, 33u, 500u}) {
        fs::resize_file(file(), signed_octets + more);
        last_signed = at_twenty;
        EXPECT_EQ(run(), 1u) << more;
    }
}

TEST_F(TreeFile, AFileThatWasNotSignedAsItIsIsPutAside) {
    write(40);
    EXPECT_EQ(run(), 1u);
    write(2);
    for (const auto damage : {0, 1, 2}) {
        const auto first = last_signed->tree->first;
        std::fstream out(file(first), std::ios::in | std::ios::out | std::ios::binary);
        const auto leaves = last_signed->tree->head.leaves;
        out.seekp(static_cast<std::streamoff>((policy::stored_hashes(leaves) - 1) * 32)); // of the last whole subtree
        if (damage == 0) out.put('!');
        out.close();
        if (damage == 1) fs::resize_file(file(first), 32);
        if (damage == 2) last_signed.reset(); // nobody says what it was
        EXPECT_EQ(run(), lines.size() + 1) << damage;
        write(2);
        last_signed.reset();
        fs::remove(file(lines.size() - 1));
        fs::remove(file(1));
        EXPECT_EQ(run(), 1u);
        write(1);
    }
}

// Somebody appended a record of their own, and the gateway went on behind its own last one.
TEST_F(TreeFile, ARecordOfSomebodyElseIsNoLeaf) {
    write(10);
    EXPECT_EQ(run(), 1u);
    auto theirs = end;
    std::ofstream(written_log(directory), std::ios::app) << policy::chain(theirs, "\"id\":\"forged\"") << '\n';
    fs::rename(written_log(directory), rotated_log(directory, 1));
    write(3);
    EXPECT_EQ(run(), 1u);
    last_signed.reset();
    fs::remove(file());
    EXPECT_EQ(tree_file(directory, end, last_signed).first_record(), 14u)
        << "of a log that had no tree, and has two records 11 that follow the tenth, nothing is signed but what comes";
}

TEST_F(TreeFile, AnotherLogHasAnotherTreeOfAnotherName) {
    write(10);
    EXPECT_EQ(run(), 1u);
    const auto name = tree_file(directory, end, last_signed).name();
    end = {};
    lines.clear();
    last_signed.reset(); // moved away with the log
    fs::remove(written_log(directory));
    EXPECT_EQ(run(), 1u);
    write(10, "another");
    EXPECT_TRUE(fs::exists(file().string() + ".1"));
    EXPECT_EQ(run(), 1u) << "nothing was signed of it yet";
    EXPECT_NE(tree_file(directory, end, last_signed).name(), name);
}

TEST_F(TreeFile, RecordsThatAreMissingBeginAnotherTree) {
    write(10);
    EXPECT_EQ(run(), 1u);
    write(10);
    const auto all = lines;
    lines.erase(lines.begin() + 12, lines.begin() + 15);
    write_anew();
    EXPECT_EQ(tree_file(directory, end, last_signed).first_record(), 21u);
    lines = all;
}

TEST_F(TreeFile, HashesOfPrunedRecordsStay) {
    write(30);
    fs::rename(written_log(directory), rotated_log(directory, 1));
    write(30);
    EXPECT_EQ(run(), 1u);
    fs::remove(rotated_log(directory, 1));
    EXPECT_EQ(run(), 1u);
    const auto stored = stored_tree(directory, 1, 60);
    ASSERT_TRUE(stored);
    const auto path = policy::inclusion_path(40, 60, *stored);
    EXPECT_TRUE(policy::is_included(policy::leaf_hash(lines[40]), 40, 60, path, root_of()));
    EXPECT_FALSE(stored_tree(directory, 1, 61));
    EXPECT_FALSE(stored_tree(directory, 2, 1));
}

TEST_F(TreeFile, DamagedLinesAreNoRecords) {
    write(5);
    std::ofstream(written_log(directory), std::ios::app) << "damaged\n";
    write(5);
    EXPECT_EQ(run(), 1u);
}

} // namespace
} // namespace sealgate::milter
