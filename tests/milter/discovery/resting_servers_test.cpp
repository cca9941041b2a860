// One server that wants to be left alone says nothing of the others.
#include "milter/discovery/resting_servers.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

using namespace std::chrono_literals;

TEST(RestingServers, RestUntilTheirTimeAndEachForItself) {
    constexpr resting_servers::clock::time_point now{1000h};
    resting_servers some;
    EXPECT_FALSE(some.rests("a.test", now));
    some.rest("a.test", now + 1min);
    EXPECT_TRUE(some.rests("a.test", now + 59s));
    EXPECT_FALSE(some.rests("a.test", now + 1min));
    EXPECT_FALSE(some.rests("b.test", now));
    EXPECT_TRUE(some.all_rest({"a.test"}, now));
    EXPECT_FALSE(some.all_rest({"a.test", "b.test"}, now));
    EXPECT_FALSE(some.all_rest({}, now));
    some.rest("a.test", now + 1s);
    EXPECT_TRUE(some.rests("a.test", now + 59s)) << "the longer time counts";
}

} // namespace
} // namespace sealgate::milter
