// A directory goes with all it holds, whoever else takes away what is in it.
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

} // namespace
} // namespace sealgate::keys
