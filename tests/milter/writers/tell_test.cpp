// Who waits is told, also where memory is refused.
#include "milter/writers/tell.hpp"

#include <gtest/gtest.h>

#include <new>

namespace sealgate::milter {
namespace {

TEST(Tell, IsTriedUntilThereIsMemory) {
    int tries = 0;
    std::string said;
    tell(
        [&](std::string problem) {
            if (++tries < 3) throw std::bad_alloc();
            said = std::move(problem);
        },
        {.text = "no room"});
    EXPECT_EQ(tries, 3);
    EXPECT_EQ(said, "no room");
}

} // namespace
} // namespace sealgate::milter
