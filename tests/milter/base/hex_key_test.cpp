// Secret keys of 64 hex digits: made once, private, read as they are or not at all.
#include "keys/base/files.hpp"
#include "milter/base/hex_key.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>
#include <system_error>

namespace sealgate::milter {
namespace {

class HexKey : public testing::Test {
protected:
    keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
    std::filesystem::path file = scratch.path() / "secrets" / "key";
};

TEST_F(HexKey, IsReadAsItWasWrittenAndNobodyElses) {
    const auto key = new_hex_key();
    EXPECT_NE(key, new_hex_key());
    EXPECT_THAT(key, testing::MatchesRegex("[0-9a-f]+"));
    write_hex_key(file, key);
    EXPECT_EQ(read_hex_key(file), key);
    struct stat status = {};
    ASSERT_EQ(::stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(HexKey, WhatIsNoneIsNoKey) {
    keys::make_private_directory(file.parent_path());
    for (const auto& text : {std::string(), std::string("password"), std::string(63, 'a'), std::string(65, 'a'),
                             std::string(64, 'A'), std::string(64, 'g')}) {
        keys::replace_file(file, text + "\n");
        EXPECT_EQ(read_hex_key(file), std::nullopt) << text;
    }
}

TEST_F(HexKey, WhatCannotBeReadIsAnError) {
    EXPECT_THROW(read_hex_key(file), std::system_error);
    std::filesystem::create_directories(file);
    EXPECT_THROW(read_hex_key(file), std::system_error);
}

} // namespace
} // namespace sealgate::milter
