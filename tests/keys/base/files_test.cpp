// A directory goes with all it holds, whoever else takes away what is in it; files that are written together are there whole.
#include "keys/base/file_batch.hpp"
#include "keys/base/files.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <thread>

namespace sealgate::keys {
namespace {

namespace fs = std::filesystem;

TEST(RemoveTree, AbsentIsWell) {
    const temporary_directory scratch(fs::temp_directory_path());
    EXPECT_NO_THROW(remove_tree(scratch.path() / "nowhere"));
}

// As the agent of a gpg does that ends just then.
TEST(RemoveTree, AnotherThatRemovesToo) {
    const temporary_directory scratch(fs::temp_directory_path());
    for (int turn = 0; turn < 100; ++turn) {
        const auto tree = scratch.path() / "tree";
        for (int i = 0; i < 8; ++i) {
            fs::create_directories(tree / std::to_string(i) / "below");
            for (int j = 0; j < 4; ++j) std::ofstream(tree / std::to_string(i) / "below" / std::to_string(j)) << "x";
        }
        std::jthread other([&] {
            for (int i = 7; i >= 0; --i) {
                std::error_code gone;
                for (int j = 0; j < 4; ++j) fs::remove(tree / std::to_string(i) / "below" / std::to_string(j), gone);
                fs::remove(tree / std::to_string(i) / "below", gone);
            }
        });
        ASSERT_NO_THROW(remove_tree(tree));
        ASSERT_FALSE(fs::exists(tree));
    }
}

TEST(FileBatch, FewAndManyAreThereWhenItIsCommittedAndNotBefore) {
    for (const int count : {1, 8, 9, 100}) {
        const temporary_directory scratch(fs::temp_directory_path());
        const auto file = [&](int i) { return scratch.path() / std::to_string(i); };
        std::ofstream(file(0)) << "as it was";
        file_batch batch(scratch.path());
        for (int i = 0; i < count; ++i) batch.put(file(i), {octets("one "), octets(std::to_string(i))});
        EXPECT_EQ(read_file(file(0)), "as it was") << count;
        EXPECT_FALSE(fs::exists(file(1))) << count;
        batch.commit();
        for (int i = 0; i < count; ++i) EXPECT_EQ(read_file(file(i)), "one " + std::to_string(i)) << count;
        EXPECT_EQ(std::distance(fs::directory_iterator(scratch.path()), {}), count) << "nothing else is left";
        EXPECT_EQ(fs::status(file(0)).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    }
}

TEST(FileBatch, OfOneThatIsNotCommittedNothingStays) {
    const temporary_directory scratch(fs::temp_directory_path());
    {
        file_batch batch(scratch.path());
        for (int i = 0; i < 20; ++i) batch.put(scratch.path() / std::to_string(i), {octets("x")});
        EXPECT_THROW(batch.put(scratch.path() / "nowhere" / "file", {octets("x")}), std::system_error);
    }
    EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST(FileBatch, ALinkWhereItWritesIsNotFollowed) {
    const temporary_directory scratch(fs::temp_directory_path());
    std::ofstream(scratch.path() / "other") << "others'";
    fs::create_symlink("other", scratch.path() / "file.new");
    replace_file(scratch.path() / "file", "ours");
    EXPECT_EQ(read_file(scratch.path() / "other"), "others'");
    EXPECT_EQ(read_file(scratch.path() / "file"), "ours");
    EXPECT_FALSE(fs::is_symlink(scratch.path() / "file"));
}

} // namespace
} // namespace sealgate::keys
