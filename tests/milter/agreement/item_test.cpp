// What stands in the database for an item: only who has the key reads it, and only in its place.
#include "keys/base/files.hpp"
#include "milter/agreement/item.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

const fleet_key key{std::string(64, 'a')};
const agreed_item item{.kind = "certificate:own",
                       .name = "AB",
                       .revision = 3,
                       .gateway = "mx1.example.org",
                       .value = std::string("enabled 3\n\0\n\xff", 13)};

TEST(AgreedItem, ComesBackAsItWas) {
    const auto row = key.row_of(item.kind, item.name);
    EXPECT_EQ(row.size(), 64u);
    EXPECT_EQ(key.open(row, 3, key.seal(item)), item);
    EXPECT_NE(key.seal(item), key.seal(item)) << "nobody sees whether it is the same";
    auto empty = item;
    empty.value.clear();
    EXPECT_EQ(key.open(row, 3, key.seal(empty)), empty);
}

TEST(AgreedItem, IsNoneInAnotherPlace) {
    const auto row = key.row_of(item.kind, item.name), sealed = key.seal(item);
    EXPECT_FALSE(key.open(key.row_of(item.kind, "CD"), 3, sealed)) << "of another name";
    EXPECT_FALSE(key.open(row, 4, sealed)) << "an earlier one as a later one";
    EXPECT_FALSE(key.open(row, 2, sealed));
    EXPECT_FALSE(fleet_key(std::string(64, 'b')).open(row, 3, sealed));
    for (std::size_t i = 0; i < sealed.size(); ++i) EXPECT_FALSE(key.open(row, 3, sealed.substr(0, i))) << i;
}

TEST(AgreedItem, TheKeysFileHas64HexDigits) {
    const keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
    const auto file = scratch.path() / "fleet.key";
    EXPECT_FALSE(read_fleet_key(file));
    keys::replace_file(file, std::string(64, 'a') + "\n");
    const auto read = read_fleet_key(file);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->open(key.row_of(item.kind, item.name), 3, key.seal(item)), item);
    for (const auto* wrong : {"", "secret", "AAAA"}) {
        keys::replace_file(file, wrong);
        EXPECT_TRUE(read_fleet_key(file).error().contains("64 hex digits")) << wrong;
    }
}

} // namespace
} // namespace sealgate::milter
