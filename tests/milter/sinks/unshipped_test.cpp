// What a database lacks of a log is read on, each record once and in order, while the log is written, rotated and pruned; and a
// database that has another log is found out.
#include "keys/base/files.hpp"
#include "milter/audit/layout.hpp"
#include "milter/sinks/unshipped.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Unshipped : public testing::Test {
protected:
    void write(int count) {
        std::ofstream out(written_log(directory), std::ios::app);
        for (; count > 0; --count) out << policy::chain(written, R"("id":"x")") << '\n';
    }
    void rotate(std::uint64_t first_record) const { fs::rename(written_log(directory), rotated_log(directory, first_record)); }

    unshipped behind(const policy::chain_end& there) const {
        return {directory, there, [] { return true; }};
    }
    static std::vector<std::uint64_t> all(unshipped& rest) {
        std::vector<std::uint64_t> out;
        while (rest.next()) out.push_back(rest.at().seq);
        return out;
    }
    std::string why_not(const policy::chain_end& there) const {
        try {
            behind(there);
        } catch (const another_log& why) {
            return why.what();
        }
        return {};
    }

    keys::temporary_directory scratch{fs::temp_directory_path()};
    fs::path directory = scratch.path();
    policy::chain_end written;
};

TEST_F(Unshipped, OfANewDatabaseIsTheWholeLog) {
    write(2);
    rotate(1);
    write(1);
    auto rest = behind({});
    EXPECT_THAT(all(rest), ElementsAre(1, 2, 3));
    write(1);
    EXPECT_THAT(all(rest), ElementsAre(4)) << "asked again, it tells what has come since";
}

TEST_F(Unshipped, BeginsBehindWhatTheDatabaseHas) {
    write(2);
    const auto there = written;
    write(2);
    auto rest = behind(there);
    ASSERT_TRUE(rest.next());
    EXPECT_EQ(rest.at().prev, there.last_hash);
    rest.push_back();
    EXPECT_THAT(all(rest), ElementsAre(3, 4));
    auto none = behind(written);
    EXPECT_THAT(all(none), IsEmpty());
}

TEST_F(Unshipped, GoesOnOverRotationWhileItIsRead) {
    write(2);
    auto rest = behind({});
    EXPECT_THAT(all(rest), ElementsAre(1, 2));
    write(1); // before it is rotated away, and not read yet
    rotate(1);
    write(1);
    rotate(4);
    write(1);
    EXPECT_THAT(all(rest), ElementsAre(3, 4, 5));
}

TEST_F(Unshipped, OfWhatWasPrunedMeanwhileTheRestComes) {
    write(2);
    const auto there = written;
    rotate(1);
    write(2);
    rotate(3);
    write(1);
    auto rest = behind({});
    ASSERT_TRUE(rest.next());
    fs::remove(rotated_log(directory, 1));
    fs::remove(rotated_log(directory, 3));
    EXPECT_THAT(all(rest), ElementsAre(2, 5)) << "what is open is read to its end; the gap is the database's to note";
    auto anew = behind(there);
    EXPECT_THAT(all(anew), ElementsAre(5)) << "where the database stands is pruned, too";
}

TEST_F(Unshipped, ADamagedLineIsNone) {
    write(1);
    std::ofstream(written_log(directory), std::ios::app) << "{\"seq\":2,\"id\":\"y\"}\n";
    write(1);
    auto rest = behind({});
    EXPECT_THAT(all(rest), ElementsAre(1, 2));
}

TEST_F(Unshipped, AnotherLogIsToldOf) {
    write(3);
    auto other = written;
    other.last_hash[0] = other.last_hash[0] == '0' ? '1' : '0';
    EXPECT_THAT(why_not(other), HasSubstr("record 3 there is not the one of this log"));
    other.last_seq = 9;
    EXPECT_THAT(why_not(other), HasSubstr("has records up to 9, and this log ends with record 3"));
    EXPECT_EQ(why_not(written), "");
}

TEST_F(Unshipped, ALogThatIsNotThereIsAnError) { EXPECT_THROW(behind({}), std::runtime_error); }

TEST_F(Unshipped, GivesUpLookingWhenTold) {
    write(5000);
    auto other = written;
    other.last_hash[0] = other.last_hash[0] == '0' ? '1' : '0';
    EXPECT_NO_THROW(unshipped(directory, other, [] { return false; })) << "it has not come so far";
    EXPECT_THROW(behind(other), another_log);
}

} // namespace
} // namespace sealgate::milter
