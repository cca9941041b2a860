// Which mails are known to be sensitive: bounded, and forgotten in time.
#include "milter/threads/table.hpp"
#include "policy/base/text.hpp"

#include <gmock/gmock.h>

namespace sealgate::milter {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::UnorderedElementsAre;

const std::chrono::sys_seconds morning = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 9h;

std::string id(int number) { return std::to_string(number) + "@example.org"; }

// All lines but the first.
thread_table read_back(const thread_table& from, std::string key = "key") {
    thread_table out(std::move(key));
    const auto whole = from.whole();
    std::string_view rest = whole;
    EXPECT_EQ(std::string(text::take_line(rest)) + "\n", from.first_line());
    while (!rest.empty()) EXPECT_TRUE(out.take(text::take_line(rest)));
    return out;
}

TEST(ThreadTable, KnowsWhatItWasToldAndNoMore) {
    thread_table table("key");
    EXPECT_THAT(table.find({id(1)}), IsEmpty());
    const auto lines = table.add({id(1), id(2)}, "top secret", whose_mail::ours, morning);
    EXPECT_THAT(lines, MatchesRegex("([0-9a-f]+ ours 1795424400 top secret\n)+"));
    EXPECT_THAT(table.find({id(3), id(2), id(1)}), ElementsAre("top secret"));
    EXPECT_THAT(table.find({id(3)}), IsEmpty());
    EXPECT_THAT(lines, testing::Not(testing::HasSubstr("example"))) << "an id is nobody's business";
}

TEST(ThreadTable, IsReadBackUnderItsKeyAlone) {
    thread_table table("key");
    table.add({id(1)}, "internal", whose_mail::ours, morning);
    table.add({id(2)}, "confidential", whose_mail::others, morning);
    EXPECT_THAT(read_back(table).find({id(1), id(2)}), UnorderedElementsAre("internal", "confidential"));
    EXPECT_THAT(read_back(table, "another").find({id(1), id(2)}), IsEmpty());
    EXPECT_NE(table.first_line(), thread_table("another").first_line());
}

TEST(ThreadTable, OthersNeverChangeWhatIsKnown) {
    thread_table table("key");
    table.add({id(1)}, "internal", whose_mail::ours, morning);
    EXPECT_EQ(table.add({id(1)}, "confidential", whose_mail::others, morning), "");
    EXPECT_THAT(table.find({id(1)}), ElementsAre("internal"));
    table.add({id(1)}, "confidential", whose_mail::ours, morning);
    EXPECT_THAT(table.find({id(1)}), ElementsAre("confidential"));
}

TEST(ThreadTable, TheOldestGoesAndOthersMakeNoneOfOursForgotten) {
    thread_table table("key", 100);
    for (int i = 0; i < 100; ++i) table.add({id(i)}, "confidential", whose_mail::ours, morning + std::chrono::seconds(i));
    for (int i = 1000; i < 3000; ++i) table.add({id(i)}, "confidential", whose_mail::others, morning + 1h);
    EXPECT_LE(table.size(), 200U);
    for (int i = 0; i < 100; ++i) ASSERT_THAT(table.find({id(i)}), ElementsAre("confidential")) << i;
    table.add({id(100)}, "confidential", whose_mail::ours, morning + 2h);
    EXPECT_THAT(table.find({id(0)}), IsEmpty());
    EXPECT_THAT(table.find({id(99)}), ElementsAre("confidential"));
    EXPECT_THAT(table.find({id(100)}), ElementsAre("confidential"));
}

// A mail each day, for so many days up to that one.
thread_table of_days(int count, std::chrono::sys_seconds last = morning) {
    thread_table out("key");
    for (int i = 0; i < count; ++i) out.add({id(i)}, "confidential", whose_mail::ours, last - std::chrono::days(count - 1 - i));
    return out;
}

TEST(ThreadTable, AYearIsLongEnough) {
    auto table = of_days(500);
    EXPECT_EQ(table.size(), 366U);
    EXPECT_THAT(table.find({id(133)}), IsEmpty());
    EXPECT_THAT(table.find({id(134)}), ElementsAre("confidential"));
    auto read = read_back(table);
    EXPECT_EQ(read.size(), 366U);
    read.add({id(500)}, "confidential", whose_mail::ours, morning + 24h * 100);
    EXPECT_EQ(read.size(), 267U);
}

TEST(ThreadTable, AClockThatIsBehindForgetsNothing) {
    const auto table = of_days(100);
    for (const auto wrong : {std::chrono::sys_seconds{}, morning - 24h * 1000}) {
        auto read = read_back(table);
        read.add({id(200)}, "confidential", whose_mail::ours, wrong);
        read.add({id(201)}, "confidential", whose_mail::ours, morning);
        EXPECT_EQ(read.size(), 102U);
        read = read_back(read);
        read.add({id(202)}, "confidential", whose_mail::ours, morning + 24h);
        EXPECT_EQ(read.size(), 103U) << "nor what was sent while it was";
        read.add({id(203)}, "confidential", whose_mail::ours, morning + 24h * 300);
        EXPECT_EQ(read.size(), 70U) << "each in its time";
    }
}

TEST(ThreadTable, AClockThatIsAheadForgetsNothing) {
    auto table = of_days(100);
    for (int i = 200; i < 210; ++i) table.add({id(i)}, "confidential", whose_mail::ours, morning + 24h * 3000);
    table.add({id(300)}, "confidential", whose_mail::ours, morning);
    EXPECT_EQ(table.size(), 111U);
    auto read = read_back(table);
    read.add({id(301)}, "confidential", whose_mail::ours, morning + 24h * 3000);
    read.add({id(302)}, "confidential", whose_mail::ours, morning + 24h);
    EXPECT_EQ(read.size(), 113U);
    EXPECT_EQ(read_back(read).size(), 113U);
}

TEST(ThreadTable, LinesThatAreNoneAreRefused) {
    thread_table table("key");
    const std::string hash(32, 'a');
    for (const auto& line :
         {std::string(), hash, hash + " ours", hash + " ours 1795424400", hash + " ours 1795424400 ",
          hash + " theirs 1795424400 x", hash + " ours x x", hash + " ours -1 x", hash + "0 ours 1795424400 x",
          std::string(32, 'g') + " ours 1795424400 x", "ours " + hash + " 1795424400 x"})
        EXPECT_FALSE(table.take(line)) << line;
    EXPECT_TRUE(table.take(hash + " others 1795424400 a name with blanks"));
    EXPECT_EQ(table.size(), 1U);
}

} // namespace
} // namespace sealgate::milter
