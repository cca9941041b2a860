// How far other gateways' records were read is known after a restart, and a damaged file does no harm.
#include "keys/base/files.hpp"
#include "milter/sharing/positions.hpp"

#include <gmock/gmock.h>

namespace sealgate::milter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class Positions : public testing::Test {
protected:
    keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
    std::filesystem::path file = scratch.path() / "threads.position";
};

TEST_F(Positions, AreKept) {
    EXPECT_THAT(read_positions_in(file), IsEmpty());
    const read_positions all{{"mx1.example.org", {.seq = 7, .hash = "ab"}},
                             {"mx2.example.org", {.seq = UINT64_MAX, .hash = "cd"}}};
    keep_positions(file, all);
    EXPECT_EQ(read_positions_in(file), all);
}

TEST_F(Positions, OfADamagedFileWhatCanBeReadCounts) {
    keys::replace_file(file, "7 ab mx1.example.org\nx ab mx2.example.org\n-1 ab a\n8\n8 mx3\n\n99999999999999999999999 ab b\n");
    EXPECT_THAT(read_positions_in(file), ElementsAre(Pair("mx1.example.org", read_position{.seq = 7, .hash = "ab"})));
}

} // namespace
} // namespace sealgate::milter
