// What is small is kept in memory as far as the budget allows it, what is large in a file without a name.
#include "keys/base/files.hpp"
#include "milter/memory/spool.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/resource.h>
#include <system_error>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;

std::string some(std::size_t size) {
    std::string out;
    for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(i * 7 % 251);
    return out;
}

// Of this process.
std::size_t mapped_files_below(const fs::path& directory) {
    std::ifstream maps("/proc/self/maps");
    std::size_t count = 0;
    for (std::string line; std::getline(maps, line);) count += line.contains(directory.string()) ? 1 : 0;
    return count;
}

class Spool : public testing::Test {
protected:
    octets kept(const std::string& text, std::size_t step, std::size_t expected = 0) {
        const auto writer = where.writer(expected);
        for (std::size_t at = 0; at < text.size(); at += step) writer->append(std::string_view(text).substr(at, step));
        return writer->finish();
    }
    bool is_in_file() const { return mapped_files_below(scratch.path()) > 0; }

    boost::asio::io_context io;
    memory_budget budget{io.get_executor(), 2'000'000, 500'000};
    keys::temporary_directory scratch{fs::temp_directory_path()};
    spool where{scratch.path(), budget, 100'000};
};

TEST_F(Spool, ComesBackAsItWasWhateverThePieces) {
    for (const std::size_t size : {0, 1, 16'384, 16'385, 99'999, 100'000, 100'001, 600'000, 1'200'000})
        for (const std::size_t step : {1'000, 65'535, 300'000, 2'000'000})
            for (const std::size_t expected : {std::size_t{0}, size, 2 * size})
                EXPECT_EQ(kept(some(size), step, expected), some(size)) << size << " in steps of " << step;
    EXPECT_EQ(budget.used(), 0U);
    EXPECT_FALSE(is_in_file());
}

TEST_F(Spool, SmallOnesAreInMemoryAndCounted) {
    const auto one = kept(some(50'000), 1'000);
    EXPECT_FALSE(is_in_file());
    EXPECT_GE(budget.used(), 50'000U);
    EXPECT_LE(budget.used(), 100'000U);
}

TEST_F(Spool, LargeOnesAreInAFileThatHasNoName) {
    {
        const auto one = kept(some(150'000), 1'000), copy = one.part(10);
        EXPECT_TRUE(is_in_file());
        EXPECT_TRUE(fs::is_empty(scratch.path()));
        EXPECT_EQ(budget.used(), 0U);
    }
    EXPECT_FALSE(is_in_file());
}

TEST_F(Spool, WhatGrowsTooLargeGivesItsMemoryBackWhileItIsWritten) {
    const auto writer = where.writer(0);
    for (int i = 0; i < 90; ++i) writer->append(some(1'000));
    EXPECT_GE(budget.used(), 90'000U);
    for (int i = 0; i < 20; ++i) writer->append(some(1'000));
    EXPECT_EQ(budget.used(), 0U);
    EXPECT_EQ(writer->finish().size(), 110'000U);
}

TEST_F(Spool, WhatIsExpectedToBeLargeNeverTakesMemory) {
    const auto writer = where.writer(150'000);
    writer->append("small");
    EXPECT_EQ(budget.used(), 0U);
    EXPECT_EQ(writer->finish(), "small");
}

TEST_F(Spool, WithTheBudgetUsedUpEvenSmallOnesGoToAFile) {
    const auto others = budget.try_take(1'490'000);
    const auto one = kept(some(30'000), 1'000);
    EXPECT_TRUE(is_in_file());
    EXPECT_EQ(one, some(30'000));
}

TEST_F(Spool, ADiskWithoutRoomIsAnError) {
    rlimit before = {};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small{.rlim_cur = 200'000, .rlim_max = before.rlim_max};
    std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &small);
    EXPECT_THROW(kept(some(900'000), 10'000), std::system_error);
    ::setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_THROW(spool(scratch.path() / "none", budget, 10).writer(20), std::system_error);
}

} // namespace
} // namespace sealgate::milter
