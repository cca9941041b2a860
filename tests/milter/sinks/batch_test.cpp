// Which records of the log go to the database as one: those that follow one another, as many as there is room for.
#include "milter/sinks/batch.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

class RecordBatch : public testing::Test {
protected:
    // The next record of the log.
    std::pair<policy::link, std::string> next(std::size_t octets = 1) {
        auto line = policy::chain(log, R"("id":")" + std::string(octets, 'x') + '"');
        auto at = policy::read_link(line).value();
        return {std::move(at), std::move(line)};
    }
    bool add(const std::pair<policy::link, std::string>& one) {
        if (!batch.takes(one.first)) return false;
        batch.add(one.first, one.second);
        return true;
    }

    policy::chain_end log;
    record_batch batch;
};

TEST_F(RecordBatch, TakesWhatFollowsTheLastOne) {
    EXPECT_TRUE(batch.empty());
    next();
    EXPECT_TRUE(add(next())) << "the first, wherever it stands";
    EXPECT_TRUE(add(next()));
    EXPECT_EQ(batch.end().last_seq, 3U);
    auto other = next().first;
    auto gap = next().first;
    EXPECT_FALSE(batch.takes(gap)) << "one is missing";
    other.prev[0] = other.prev[0] == '0' ? '1' : '0';
    EXPECT_FALSE(batch.takes(other)) << "of another log";
}

TEST_F(RecordBatch, HasRoomForAThousand) {
    std::size_t taken = 0;
    while (add(next())) ++taken;
    EXPECT_EQ(taken, 1000U);
}

TEST_F(RecordBatch, HasRoomForSomeMegabytesAndForOneRecordAlways) {
    std::size_t taken = 0;
    while (add(next(std::size_t{1} << 20))) ++taken;
    EXPECT_EQ(taken, 4U);
    batch = {};
    EXPECT_TRUE(add(next(std::size_t{5} << 20)));
    EXPECT_FALSE(add(next()));
}

} // namespace
} // namespace sealgate::milter
