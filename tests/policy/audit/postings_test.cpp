// What an index holds of each kind of line, and what of a question it answers.
#include "policy/audit/postings.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::string hash = "hmac-" + std::string(32, '0');

// Lines at 0, 10, 20 and so on.
postings of_lines(const std::vector<std::string>& lines) {
    postings_builder builder;
    std::uint32_t at = 0;
    for (const auto& line : lines) builder.add(std::exchange(at, at + 10), line);
    return std::move(builder).take();
}

places places_of(const postings& in, const query& asked) {
    places out;
    for (const auto key : keys_of(asked))
        for (const auto& one : in.of_values)
            if (one.key == key) out.push_back(one.at);
    return out;
}

TEST(Postings, RecordsAreFoundByIdAndSenderWhateverTheirCase) {
    const auto made =
        of_lines({R"({"id":"7Q2K-M4XD","sender":"Ann@Example.org"})", R"({"event":"key-import","id":"7q2k-m4xd"})",
                  R"({"sender":"ann@example.org"})", R"({"id":"","sender":""})"});
    EXPECT_THAT(places_of(made, {.ids = {"7Q2k-m4xD"}}), ElementsAre(0u, 10u));
    EXPECT_THAT(places_of(made, {.senders = {"ANN@example.org"}}), ElementsAre(0u, 20u));
    EXPECT_THAT(places_of(made, {.senders = {""}}), ElementsAre(30u));
    EXPECT_THAT(places_of(made, {.ids = {"ann@example.org"}, .senders = {"7Q2K-M4XD"}}), IsEmpty());
    EXPECT_EQ(made.lines, 4u);
}

TEST(Postings, AreInTheOrderOfKeysAndPlaces) {
    std::vector<std::string> lines;
    for (int i = 0; i < 50; ++i) lines.push_back(R"({"id":"A)" + std::to_string(i % 7) + "\"}");
    const auto made = of_lines(lines);
    EXPECT_THAT(made.of_values, SizeIs(50));
    EXPECT_TRUE(std::ranges::is_sorted(made.of_values));
}

TEST(Postings, DamagedLinesAndStartsCountAlways) {
    const auto made = of_lines({R"({"id":"A"})", "{", R"({"event":"start"})", "", R"({"event":"stop"})", "[]"});
    EXPECT_THAT(made.always, ElementsAre(10u, 20u, 30u, 50u));
    EXPECT_THAT(made.hashed, IsEmpty());
}

TEST(Postings, FirstHashedRecordBehindEachStartIsNamed) {
    const auto in_clear = R"({"sender":"ann@example.org"})", start = R"({"event":"start"})";
    const auto hashed = R"({"sender":")" + hash + "\"}",
               to_hashed = R"({"recipients":[{"address":")" + hash + "@a.example\"}]}";
    EXPECT_THAT(of_lines({in_clear, hashed, hashed, start, in_clear, to_hashed, hashed, start, in_clear}).hashed,
                ElementsAre(10u, 50u));
}

TEST(Postings, WhatWasNotReadMayBeAStart) {
    postings_builder builder;
    builder.add(0, R"({"sender":")" + hash + "\"}");
    builder.add_unread(100);
    builder.add(200, R"({"sender":")" + hash + "\"}");
    const auto made = std::move(builder).take();
    EXPECT_THAT(made.always, ElementsAre(100u));
    EXPECT_THAT(made.hashed, ElementsAre(0u, 200u));
}

TEST(Postings, IdsNarrowMoreThanSendersAndNothingElseDoes) {
    EXPECT_FALSE(indexed_part({}));
    EXPECT_FALSE(indexed_part({.outcomes = {"reject"}, .recipients = {"bob@example.org"}}));
    const auto by_sender = indexed_part({.senders = {"a", "b"}, .outcomes = {"reject"}});
    ASSERT_TRUE(by_sender);
    EXPECT_THAT(by_sender->senders, ElementsAre("a", "b"));
    EXPECT_THAT(by_sender->outcomes, IsEmpty());
    const auto by_id = indexed_part({.ids = {"A"}, .senders = {"a"}});
    ASSERT_TRUE(by_id);
    EXPECT_THAT(by_id->ids, ElementsAre("A"));
    EXPECT_THAT(by_id->senders, IsEmpty());
}

} // namespace
} // namespace sealgate::policy
