// A program that is run: its status, all that it prints on both channels however much, and nothing of our environment.
#include "milter/postfix/program.hpp"

#include <gtest/gtest.h>

namespace sealgate::milter {
namespace {

std::expected<ran_program, std::string> sh(const std::string& script) { return run_program("/bin/sh", {"-c", script}); }

TEST(Program, GivesItsStatusAndWhatItPrints) {
    const auto ran = sh("echo out; echo err >&2; exit 3");
    ASSERT_TRUE(ran);
    EXPECT_EQ(ran->status, 3);
    EXPECT_EQ(ran->output, "out\n");
    EXPECT_EQ(ran->errors, "err\n");
}

TEST(Program, MayPrintMoreThanAPipeHoldsOnBoth) {
    const auto ran = sh("head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2");
    ASSERT_TRUE(ran);
    EXPECT_EQ(ran->output.size(), 300'000U);
    EXPECT_EQ(ran->errors.size(), 600'000U);
}

TEST(Program, HasNothingOfOurEnvironmentAndNoInput) {
    ::setenv("SEALGATE_SECRET", "x", 1);
    const auto ran = sh("cat; echo \"$SEALGATE_SECRET$LC_ALL\"");
    ASSERT_TRUE(ran);
    EXPECT_EQ(ran->output, "C\n");
}

TEST(Program, ThatIsNotThereOrIsKilledIsKnown) {
    EXPECT_FALSE(run_program("/nonexistent/postqueue", {}));
    const auto ran = sh("kill -9 $$");
    ASSERT_TRUE(ran);
    EXPECT_EQ(ran->status, 128 + 9);
}

} // namespace
} // namespace sealgate::milter
