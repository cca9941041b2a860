// Decision ids as people type them.
#include "milter/base/decision_id.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

TEST(DecisionId, IsReadAsItIsPasted) {
    for (const auto* written :
         {"7Q2K-M4XD", "7q2k-m4xd", "[sealgate 7Q2K-M4XD]", " [SEALGATE  7Q2K-M4XD]. ", "sealgate 7Q2KM4XD",
          "[sealgate\n7Q2K-M4XD]", "550 5.7.1 not sent: it has no tag. [sealgate 7Q2K-M4XD]"})
        EXPECT_EQ(read_decision_id(written), "7Q2K-M4XD") << written;
    EXPECT_EQ(read_decision_id("[sealgate OIl0-ABCD]"), "0110-ABCD") << "letters that look like digits";
    const auto made = new_decision_id();
    EXPECT_EQ(read_decision_id(made), made);
}

TEST(DecisionId, OtherWordsAreNone) {
    for (const auto* written : {"", "[sealgate ]", "7Q2K-M4X", "7Q2K-M4XDD", "7Q2K_M4XD", "UUUU-UUUU", "bob@yahoo.com", "*"})
        EXPECT_FALSE(read_decision_id(written)) << written;
}

} // namespace
} // namespace sealgate::milter
