// Sizes for people.
#include "policy/base/octets.hpp"

#include <gtest/gtest.h>

namespace sealgate {
namespace {

TEST(Octets, AreDecimalAndNeverMoreThanThereAre) {
    EXPECT_EQ(octets_text(999), "999 octets");
    EXPECT_EQ(octets_text(1999), "1 kB");
    EXPECT_EQ(octets_text(999'999), "999 kB");
    EXPECT_EQ(octets_text(10'240'000), "10.2 MB");
    EXPECT_EQ(octets_text(1'099'999), "1.0 MB");
    EXPECT_EQ(octets_text(std::uint64_t{1} << 30), "1073.7 MB");
}

} // namespace
} // namespace sealgate
