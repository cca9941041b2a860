// How long an answer is believed, what a row of failures comes to, and that a restart forgets none.
#include "keys/base/files.hpp"
#include "milter/discovery/lookup_answers.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace sealgate::milter {
namespace {

using namespace std::chrono_literals;
using enum lookup_outcome;

constexpr std::chrono::sys_seconds now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 29}};

class LookupAnswers : public testing::Test {
protected:
    std::filesystem::path file() const { return scratch.path() / "answers.sqlite"; }

    keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
};

TEST(BelievedFor, LongerEachTimeAndNeverForEver) {
    EXPECT_EQ(believed_for(found, 1, 24h, {}), 24h);
    EXPECT_EQ(believed_for(found, 9, 24h, {}), 24h);
    EXPECT_EQ(believed_for(none, 1, 24h, {}), 1h);
    EXPECT_EQ(believed_for(none, 3, 24h, {}), 4h);
    EXPECT_EQ(believed_for(none, 1'000'000, 24h, {}), 24h);
    EXPECT_EQ(believed_for(failed, 1, 24h, {}), 1min);
    EXPECT_EQ(believed_for(failed, 4, 24h, {}), 8min);
    EXPECT_EQ(believed_for(failed, 9, 24h, {}), 15min);
}

TEST(BelievedFor, TheServerSaysWhenWithinReason) {
    EXPECT_EQ(believed_for(failed, 1, 24h, 10min), 10min);
    EXPECT_EQ(believed_for(failed, 1, 24h, 1s), 1min);
    EXPECT_EQ(believed_for(failed, 1, 24h, 9000h), 1h);
}

TEST_F(LookupAnswers, AreBelievedUntilTheyAreOld) {
    lookup_answers answers(file());
    EXPECT_FALSE(answers.find("bob@a.test", now));
    answers.put("bob@a.test", none, 24h, {}, now);
    ASSERT_TRUE(answers.find("bob@a.test", now + 59min));
    EXPECT_EQ(answers.find("bob@a.test", now + 59min)->what, none);
    EXPECT_FALSE(answers.find("bob@a.test", now + 1h));
    EXPECT_FALSE(answers.find("bob@a.test", now - 1s)) << "the clock was set back";
    EXPECT_FALSE(answers.find("eve@a.test", now));
}

TEST_F(LookupAnswers, ADozenFailuresSayThatThereIsNobodyToAsk) {
    lookup_answers answers(file());
    auto time = now;
    for (unsigned i = 0; i < lookup_answers::most_failures; ++i, time += 15min) {
        EXPECT_EQ(answers.put("wkd bob@a.test", failed, 24h, {}, time), failed);
        EXPECT_EQ(answers.find("wkd bob@a.test", time)->what, failed);
    }
    EXPECT_EQ(answers.put("wkd bob@a.test", failed, 24h, {}, time), none);
    EXPECT_EQ(answers.find("wkd bob@a.test", time + 59min)->what, none);
    EXPECT_EQ(answers.put("wkd bob@a.test", failed, 24h, {}, time + 1h), none) << "and it stays so";
    EXPECT_EQ(answers.put("wkd bob@a.test", found, 24h, {}, time + 2h), found) << "until there is one";
    EXPECT_EQ(answers.put("wkd bob@a.test", failed, 24h, {}, time + 3h), failed);
}

TEST_F(LookupAnswers, AKeyserverThatFailsIsNeverNobody) {
    lookup_answers answers(file());
    for (unsigned i = 0; i < 2 * lookup_answers::most_failures; ++i)
        EXPECT_EQ(answers.put("vks bob@a.test", failed, 24h, {}, now + i * 15min), failed) << i;
}

TEST_F(LookupAnswers, OfLongAgoAreForgotten) {
    {
        lookup_answers answers(file());
        answers.put("wkd bob@a.test", none, 24h, {}, now);
        answers.put("wkd eve@a.test", none, 24h, {}, now + 40 * 24h);
    }
    lookup_answers again(file());
    EXPECT_TRUE(lookup_answers(file()).find("wkd eve@a.test", now + 40 * 24h + 1min));
    EXPECT_FALSE(lookup_answers(file()).find("wkd bob@a.test", now + 1min));
}

TEST_F(LookupAnswers, SurviveARestart) {
    lookup_answers(file()).put("bob@a.test", none, 24h, {}, now);
    lookup_answers again(file());
    ASSERT_TRUE(again.find("bob@a.test", now + 1min));
    again.put("bob@a.test", none, 24h, {}, now + 1h);
    EXPECT_TRUE(lookup_answers(file()).find("bob@a.test", now + 2h + 59min)) << "the second time it is believed longer";
}

TEST_F(LookupAnswers, WhatIsForgottenWasNeverAsked) {
    {
        lookup_answers answers(file());
        answers.put("bob@a.test", none, 24h, {}, now);
        answers.forget("bob@a.test");
        answers.forget("eve@a.test");
        EXPECT_FALSE(answers.find("bob@a.test", now));
    }
    EXPECT_FALSE(lookup_answers(file()).find("bob@a.test", now));
}

TEST_F(LookupAnswers, ABrokenFileIsMadeAnew) {
    std::ofstream(file()) << std::string(5'000, 'x');
    lookup_answers(file()).put("bob@a.test", none, 24h, {}, now);
    EXPECT_TRUE(lookup_answers(file()).find("bob@a.test", now));
}

TEST_F(LookupAnswers, WithoutADiskTheyAreInMemory) {
    lookup_answers answers("/proc/nowhere/answers.sqlite");
    answers.put("bob@a.test", none, 24h, {}, now);
    EXPECT_TRUE(answers.find("bob@a.test", now));
}

} // namespace
} // namespace sealgate::milter
