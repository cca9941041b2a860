// The log is read line by line while it is written and rotated.
#include "keys/base/files.hpp"
#include "milter/audit/layout.hpp"
#include "milter/audit/reader.hpp"
#include "policy/audit/chain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sys/stat.h>
#include <zstd.h>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class AuditReader : public testing::Test {
protected:
    void append(std::string_view text) const { std::ofstream(written_log(directory), std::ios::app) << text; }

    static std::vector<std::string> all(audit_reader& reader) {
        std::vector<std::string> out;
        for (std::string line; reader.next(line);) out.push_back(line);
        return out;
    }

    // As zstd --rm does it: another inode.
    static void compress(const fs::path& file) {
        const auto text = keys::read_file(file);
        std::string packed(ZSTD_compressBound(text.size()), '\0');
        packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 1));
        keys::replace_file(file.string() + ".zst", packed);
        fs::remove(file);
    }

    void rotate(std::uint64_t first_record) const { fs::rename(written_log(directory), rotated_log(directory, first_record)); }

    keys::temporary_directory scratch{fs::temp_directory_path()};
    fs::path directory = scratch.path();
};

TEST_F(AuditReader, FilesThatWereCompressedAreReadAsTheyAre) {
    append("a\nb\n");
    rotate(1);
    append("c\n");
    rotate(3);
    append("d\n");
    compress(rotated_log(directory, 1));
    audit_reader one(directory);
    EXPECT_THAT(all(one), ElementsAre("a", "b", "c", "d"));
    compress(rotated_log(directory, 3));
    audit_reader both(directory);
    EXPECT_THAT(all(both), ElementsAre("a", "b", "c", "d"));
    std::ofstream(rotated_log(directory, 3)) << "c, uncompressed again\n";
    audit_reader twice(directory);
    EXPECT_THAT(all(twice), ElementsAre("a", "b", "c, uncompressed again", "d"));
}

TEST_F(AuditReader, OfADamagedFileTheRestIsALineThatIsNoRecordAndReadingGoesOn) {
    append("a\n" + std::string(300'000, 'x'));
    rotate(1);
    append("c\n");
    const auto packed = rotated_log(directory, 1).string() + ".zst";
    compress(rotated_log(directory, 1));
    fs::resize_file(packed, fs::file_size(packed) - 3);
    audit_reader cut(directory);
    const auto lines = all(cut);
    ASSERT_GE(lines.size(), 2U);
    EXPECT_EQ(lines.back(), "c");
    EXPECT_EQ(lines[lines.size() - 2], packed + " is cut short: its last zstd frame has no end");
    fs::resize_file(packed, 0);
    audit_reader empty(directory);
    EXPECT_THAT(all(empty), ElementsAre(HasSubstr("is cut short"), "c"));
}

TEST_F(AuditReader, ACompressedFileOfWhichNothingIsWantedIsNotRead) {
    append("a\n");
    rotate(1);
    append("c\n");
    compress(rotated_log(directory, 1));
    fs::resize_file(rotated_log(directory, 1).string() + ".zst", 5); // which would be told
    audit_reader reader(directory, [](const fs::path& file, const keys::open_file& in) -> std::optional<chosen_lines> {
        if (!is_compressed(file)) return std::nullopt;
        return chosen_lines{.begins = {}, .covered = in.status().st_size};
    });
    EXPECT_THAT(all(reader), ElementsAre("c"));
}

TEST_F(AuditReader, AFileThatIsCompressedWhileItIsReadIsFollowedByTheNextOne) {
    append("a\nb\n");
    rotate(1);
    append("c\n");
    rotate(3);
    append("d\n");
    audit_reader reader(directory);
    std::string line;
    ASSERT_TRUE(reader.next(line));
    compress(rotated_log(directory, 1));
    EXPECT_THAT(all(reader), ElementsAre("b", "c", "d"));
    append("e\n");
    EXPECT_THAT(all(reader), ElementsAre("e"));
}

TEST_F(AuditReader, LinesOfManyChunksComeWhole) {
    const std::string large(1'000'000, 'x');
    append("a\n" + large + "\n\n" + large + large + "\nb\n" + large);
    audit_reader reader(directory);
    EXPECT_THAT(all(reader), ElementsAre("a", large, "", large + large, "b"));
    EXPECT_EQ(reader.unfinished(), large);
    append("y\nc\n");
    EXPECT_THAT(all(reader), ElementsAre(large + "y", "c"));
    EXPECT_THAT(reader.unfinished(), IsEmpty());
}

TEST_F(AuditReader, LineBeyondTheBoundIsCutAndReadingGoesOnBehindIt) {
    append("a\n");
    for (std::size_t octets = 0; octets <= policy::longest_record; octets += 1 << 20) append(std::string(1 << 20, 'x'));
    append("\nb\n");
    audit_reader reader(directory);
    const auto lines = all(reader);
    ASSERT_THAT(lines, SizeIs(3));
    EXPECT_EQ(lines[1].size(), policy::longest_record + 1);
    EXPECT_THAT(policy::read_link(lines[1]).error(), HasSubstr("longer than 64 MiB"));
    EXPECT_EQ(lines[2], "b");
}

TEST_F(AuditReader, LineThatIsTakenBackIsReadAsItIsWrittenThen) {
    append("a\nbcdef");
    audit_reader reader(directory);
    EXPECT_THAT(all(reader), ElementsAre("a"));
    fs::resize_file(written_log(directory), 2);
    EXPECT_THAT(all(reader), IsEmpty());
    append("g\n");
    EXPECT_THAT(all(reader), ElementsAre("g"));
}

TEST_F(AuditReader, UnfinishedEndOfARotatedFileIsNamedByItsFile) {
    const auto rotated = rotated_log(directory, 1);
    append("a\nb");
    fs::rename(written_log(directory), rotated);
    append("c\n");
    audit_reader reader(directory);
    std::string line;
    for (const auto& [text, file] : {std::pair("a", rotated), {"b", rotated}, {"c", written_log(directory)}}) {
        ASSERT_TRUE(reader.next(line));
        EXPECT_EQ(line, text);
        EXPECT_EQ(reader.file(), file);
    }
}

TEST_F(AuditReader, WhatIsNoRegularFileIsRefusedByItsName) {
    const auto fifo = rotated_log(directory, 1);
    append("a\n");
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    for (const auto& file : {fifo, directory, fs::path("/dev/zero")}) {
        try {
            audit_reader reader(std::vector{file});
            ADD_FAILURE() << file;
        } catch (const std::system_error& refused) {
            EXPECT_EQ(refused.what(), "cannot read " + file.string() + ": it is no regular file");
        }
    }
    EXPECT_THROW(audit_reader reader(directory), std::system_error);
}

} // namespace
} // namespace sealgate::milter
