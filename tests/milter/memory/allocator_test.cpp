// What many messages held between them goes back to the kernel, though others still hold some beside it.
#include "milter/memory/allocator.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

namespace sealgate::milter {
namespace {

using namespace std::chrono_literals;

std::size_t resident() { // octets
    std::size_t all = 0, in_memory = 0;
    std::ifstream("/proc/self/statm") >> all >> in_memory;
    return in_memory * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(Allocator, WhatNobodyUsesGoesBackWithoutBeingAsked) {
    set_up_allocator(std::size_t{512} << 20);
    if (unused_memory() == 0) GTEST_SKIP() << "another malloc than glibc's";
    std::vector<std::unique_ptr<std::string>> messages;
    for (int i = 0; i < 10'000; ++i) messages.push_back(std::make_unique<std::string>(16 * 1024, 'x'));
    for (std::size_t i = 0; i < messages.size(); ++i)
        if (i % 1'000 != 999) messages[i].reset();
    const auto before = resident();
    ASSERT_GT(unused_memory(), 100u << 20);

    boost::asio::io_context io;
    boost::asio::thread_pool pool(1);
    boost::asio::co_spawn(io, give_back_unused(pool, 1ms), boost::asio::detached);
    for (int i = 0; i < 500 && resident() + (100u << 20) > before; ++i) io.run_for(10ms);
    EXPECT_LT(resident() + (100u << 20), before);
    pool.join();
}

} // namespace
} // namespace sealgate::milter
