// The tree beside a log: grown with it, taken up again, made of an older log, and never two that differ under one beginning.
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

    // As `audit_log` does.
    static void add(tree_file& to, const std::vector<std::string>& more) {
        std::vector<policy::tree_hash> leaves;
        for (const auto& line : more) leaves.push_back(policy::leaf_hash(line));
        to.take(to.grown_by(leaves));
    }

    policy::tree_hash root_of(std::size_t first = 1) const {
        policy::growing_tree tree;
        for (auto i = first; i <= lines.size(); ++i) tree.add(policy::leaf_hash(lines[i - 1]));
        return tree.root();
    }

    std::uint64_t hashes_on_disk(std::uint64_t first = 1) const {
        return fs::file_size(tree_beginning_with(directory, first)) / 32;
    }

    void cut(std::uint64_t octets) const { fs::resize_file(tree_beginning_with(directory, 1), octets); }

    keys::temporary_directory scratch{fs::temp_directory_path()};
    fs::path directory = scratch.path();
    policy::chain_end end;
    std::vector<std::string> lines;
};

TEST_F(TreeFile, BeginsWithANewLogAndGoesOn) {
    {
        tree_file tree(directory, end);
        EXPECT_EQ(tree.first_record(), 1u);
        write(7);
        add(tree, lines);
        EXPECT_EQ(tree.tree().root(), root_of());
        EXPECT_EQ(hashes_on_disk(), 0u) << "nothing before it is synced";
        tree.sync();
        EXPECT_EQ(hashes_on_disk(), policy::stored_hashes(7));
    }
    const tree_file again(directory, end);
    EXPECT_EQ(again.tree().leaves(), 7u);
    EXPECT_EQ(again.tree().root(), root_of());
}

TEST_F(TreeFile, IsMadeOfALogThatHadNone) {
    write(100);
    const tree_file tree(directory, end);
    EXPECT_EQ(tree.first_record(), 1u);
    EXPECT_EQ(tree.tree().root(), root_of());
    EXPECT_EQ(hashes_on_disk(), policy::stored_hashes(100));
}

TEST_F(TreeFile, OfAVeryLargeLogOnlyTheLatestFilesAreRead) {
    write(50);
    fs::rename(written_log(directory), rotated_log(directory, 1));
    write(50);
    const tree_file tree(directory, end, fs::file_size(written_log(directory)));
    EXPECT_EQ(tree.first_record(), 51u);
    EXPECT_EQ(tree.tree().root(), root_of(51));
}

TEST_F(TreeFile, WhatACrashLeftOutIsTakenFromTheLog) {
    write(20);
    tree_file(directory, end);
    fs::rename(written_log(directory), rotated_log(directory, 1));
    write(13);
    EXPECT_EQ(tree_file(directory, end).tree().root(), root_of());
    for (const std::uint64_t octets : {0u, 1u, 31u, 32u, 33u, 500u, 1000u, 2000u}) {
        cut(octets);
        const tree_file tree(directory, end);
        EXPECT_EQ(tree.first_record(), 1u);
        EXPECT_EQ(tree.tree().root(), root_of()) << octets;
    }
}

// The log went back to what was signed: what stood behind it is no part of the tree.
TEST_F(TreeFile, EndsWhereTheLogEnds) {
    write(10);
    const auto at_ten = end;
    write(5);
    tree_file(directory, end);
    lines.resize(10);
    std::ofstream out(written_log(directory));
    for (const auto& line : lines) out << line << '\n';
    out.close();
    end = at_ten;
    EXPECT_EQ(tree_file(directory, end).tree().root(), root_of());
    write(3, "y");
    EXPECT_EQ(tree_file(directory, end).tree().root(), root_of());
}

TEST_F(TreeFile, AnotherLogBeginsAnotherTree) {
    write(10);
    tree_file(directory, end);
    end = {};
    lines.clear();
    fs::remove(written_log(directory));
    write(10, "another");
    tree_file tree(directory, end);
    EXPECT_EQ(tree.first_record(), 11u) << "the one from record 1 on was signed";
    write(2, "another");
    add(tree, {lines.end() - 2, lines.end()});
    tree.sync();
    EXPECT_EQ(tree_file(directory, end).tree().root(), root_of(11));
}

TEST_F(TreeFile, RecordsThatAreMissingBeginAnotherTree) {
    write(10);
    tree_file(directory, end);
    write(10);
    lines.erase(lines.begin() + 12, lines.begin() + 15);
    std::ofstream out(written_log(directory));
    for (const auto& line : lines) out << line << '\n';
    out.close();
    EXPECT_EQ(tree_file(directory, end).first_record(), 21u);
}

TEST_F(TreeFile, HashesOfPrunedRecordsStay) {
    write(30);
    fs::rename(written_log(directory), rotated_log(directory, 1));
    write(30);
    tree_file(directory, end);
    fs::remove(rotated_log(directory, 1));
    const tree_file tree(directory, end);
    EXPECT_EQ(tree.tree().root(), root_of());
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
    EXPECT_EQ(tree_file(directory, end).tree().root(), root_of());
}

} // namespace
} // namespace sealgate::milter
