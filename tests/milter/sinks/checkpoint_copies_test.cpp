// Which checkpoints the database lacks: those behind its last one whose records it has; read as the file grows.
#include "keys/base/files.hpp"
#include "milter/sinks/checkpoint_copies.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace sealgate::milter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CheckpointCopies : public testing::Test {
protected:
    static std::string line(std::uint64_t record) { return R"({"seq":)" + std::to_string(record) + R"(,"hash":"x"})"; }
    static checkpoint_copies::copy of(std::uint64_t record) { return {.record = record, .line = line(record)}; }
    void append(const std::string& text) const { std::ofstream(file, std::ios::app | std::ios::binary) << text; }

    keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
    std::filesystem::path file = scratch.path() / "checkpoints.jsonl";
};

TEST_F(CheckpointCopies, AreThoseBehindTheLastOfTheDatabaseUpToItsRecords) {
    append(line(10) + "\n" + line(20) + "\n" + line(30) + "\n");
    checkpoint_copies some(file, 10);
    EXPECT_THAT(some.due(100), IsEmpty()) << "nothing was read yet";
    EXPECT_TRUE(some.read_more());
    EXPECT_THAT(some.due(19), IsEmpty());
    EXPECT_THAT(some.due(20), ElementsAre(of(20)));
    EXPECT_THAT(some.due(100), ElementsAre(of(20), of(30)));
    EXPECT_FALSE(some.read_more());
}

TEST_F(CheckpointCopies, AreReadAsTheFileGrowsByWholeLines) {
    checkpoint_copies some(file, 0);
    EXPECT_FALSE(some.read_more()) << "there is none";
    append(line(10).substr(0, 5));
    EXPECT_FALSE(some.read_more());
    append(line(10).substr(5) + "\n");
    EXPECT_TRUE(some.read_more());
    EXPECT_THAT(some.due(100), ElementsAre(of(10)));
}

TEST_F(CheckpointCopies, OfAnotherFileAreReadFromItsBeginning) {
    append(line(10) + "\n");
    checkpoint_copies some(file, 0);
    EXPECT_TRUE(some.read_more());
    keys::replace_file(file, line(20) + "\n");
    EXPECT_TRUE(some.read_more());
    EXPECT_THAT(some.due(100), ElementsAre(of(10), of(20)));
}

TEST_F(CheckpointCopies, AreNotWhatIsNoCheckpoint) {
    append("\n{}\nnonsense\n" + line(10).substr(0, 8) + std::string(3000, ' ') +
           ",\"hash\":\"x\"}\n{\"seq\":11,\"x\":\"\xff\"}\n" + line(20) + "\n");
    checkpoint_copies some(file, 0);
    EXPECT_TRUE(some.read_more());
    EXPECT_THAT(some.due(100), ElementsAre(of(20)));
}

// Longer than what is read at once: passed over, and what is behind it is found.
TEST_F(CheckpointCopies, AreFoundBehindALineWithoutAnEnd) {
    append(std::string(std::size_t{3} << 20, 'x') + "\n" + line(20) + "\n");
    checkpoint_copies some(file, 0);
    while (some.read_more()) {
    }
    EXPECT_THAT(some.due(100), ElementsAre(of(20)));
}

} // namespace
} // namespace sealgate::milter
