// A thread is called what its work is, and whoever started it is called as before.
#include "milter/base/thread_name.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace sealgate::milter {
namespace {

std::string own_name() {
    std::array<char, 16> name{};
    ::pthread_getname_np(::pthread_self(), name.data(), name.size());
    return name.data();
}

TEST(ThreadName, IsThatOfTheWork) {
    const auto before = own_name();
    std::string of_thread, of_pool;
    auto thread = with_thread_name("audit", [&] { return std::thread([&] { of_thread = own_name(); }); });
    thread.join();
    boost::asio::thread_pool pool = with_thread_name("seal", [] { return boost::asio::thread_pool(1); });
    boost::asio::post(pool, [&] { of_pool = own_name(); });
    pool.join();
    EXPECT_EQ(of_thread, "audit");
    EXPECT_EQ(of_pool, "seal");
    EXPECT_EQ(own_name(), before);
}

} // namespace
} // namespace sealgate::milter
