// Where found certificates were seen, and what of it is due to be asked again.
#include "keys/base/files.hpp"
#include "keys/store/evidence.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>
#include <unistd.h>

namespace sealgate::keys {
namespace {

using policy::key_source;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr time_point on_day(int days) { return time_point(std::chrono::days(days)); }

evidence seen(std::string fingerprint, std::string address, int day, key_source source = key_source::wkd) {
    return {.source = source,
            .fingerprint = std::move(fingerprint),
            .address = std::move(address),
            .place = "https://example.org/" + std::to_string(day),
            .first = on_day(day),
            .last = on_day(day),
            .asked = on_day(day)};
}

class Evidence : public testing::Test {
protected:
    std::vector<std::string> due(int day, std::size_t most = 10) {
        std::vector<std::string> out;
        for (const auto& one : book.not_asked_since(key_source::wkd, on_day(day), most)) out.push_back(one.fingerprint);
        return out;
    }

    temporary_directory directory{std::filesystem::temp_directory_path()};
    evidence_book book{directory.path() / "trust" / "evidence.sqlite"};
};

TEST_F(Evidence, KeepsSinceWhen) {
    EXPECT_THAT(book.of("A"), IsEmpty());
    book.note({seen("A", "kay@example.org", 1), seen("B", "bob@example.org", 1)});
    book.note({seen("A", "kay@example.org", 5)});
    ASSERT_EQ(book.of("A").size(), 1u);
    const auto kept = book.of("A").front();
    EXPECT_EQ(kept.first, on_day(1));
    EXPECT_EQ(kept.last, on_day(5));
    EXPECT_EQ(kept.place, "https://example.org/5");
    book.note({seen("A", "kay@example.org", 6, key_source::autocrypt)});
    EXPECT_EQ(book.of("A").size(), 2u) << "the same key elsewhere";
}

TEST_F(Evidence, SaysWhatIsDue) {
    book.note({seen("A", "a@example.org", 1), seen("B", "b@example.org", 2), seen("C", "c@example.org", 8),
               seen("D", "d@example.org", 1, key_source::vks)});
    EXPECT_THAT(due(5), ElementsAre("A", "B"));
    EXPECT_THAT(due(5, 1), ElementsAre("A")) << "the longest ago first";
    book.note_asked(key_source::wkd, "a@example.org", on_day(6));
    EXPECT_THAT(due(5), ElementsAre("B"));
    EXPECT_EQ(book.of("A").front().last, on_day(1)) << "asked is not seen";
}

TEST_F(Evidence, KeepsNewsForAWhile) {
    const auto news = [](int day, std::string fingerprint) {
        return policy::key_news{.time = on_day(day),
                                .what = policy::key_news_kind::changed,
                                .address = "kay@example.org",
                                .fingerprint = std::move(fingerprint),
                                .replaces = "Z",
                                .source = key_source::vks};
    };
    EXPECT_THAT(book.news_after(on_day(0), 10), IsEmpty());
    book.note({news(1, "A")});
    book.note({news(2, "B")});
    EXPECT_THAT(book.news_after(on_day(0), 10), ElementsAre(news(2, "B"), news(1, "A")));
    EXPECT_THAT(book.news_after(on_day(1), 10), ElementsAre(news(2, "B")));
    EXPECT_THAT(book.news_after(on_day(0), 1), ElementsAre(news(2, "B")));
    book.note({news(95, "C")});
    EXPECT_THAT(book.news_after(on_day(0), 10), ElementsAre(news(95, "C"))) << "what is old goes";
}

TEST_F(Evidence, OfOneThatIsGoneGoes) {
    book.note({seen("A", "kay@example.org", 1), seen("A", "kay@example.org", 1, key_source::autocrypt)});
    book.forget(key_source::wkd, "A");
    EXPECT_THAT(book.from(key_source::wkd), IsEmpty());
    EXPECT_EQ(book.from(key_source::autocrypt).size(), 1U);
}

TEST_F(Evidence, KnowsWhenAllWereAskedFor) {
    EXPECT_EQ(book.last_round(key_source::vks), std::nullopt);
    book.note_round(key_source::vks, on_day(3));
    book.note_round(key_source::vks, on_day(5));
    EXPECT_EQ(book.last_round(key_source::vks), on_day(5));
    EXPECT_EQ(book.last_round(key_source::hkp), std::nullopt);
}

// An administrator who looks for keys by hand is root, and the gateway goes on from there.
TEST_F(Evidence, WhatRootNotesIsItsOwners) {
    if (::geteuid() != 0) GTEST_SKIP() << "for root";
    constexpr uid_t nobody = 65534;
    ASSERT_EQ(::chown(directory.path().c_str(), nobody, nobody), 0);
    book.note({seen("A", "kay@example.org", 1)});
    book.note({seen("B", "kay@example.org", 1)});
    EXPECT_EQ(::geteuid(), 0U);
    for (const auto& made : {directory.path() / "trust", directory.path() / "trust" / "evidence.sqlite"}) {
        struct stat found {};
        ASSERT_EQ(::stat(made.c_str(), &found), 0);
        EXPECT_EQ(found.st_uid, nobody) << made;
    }
    EXPECT_EQ(book.from(key_source::wkd).size(), 2U);
}

} // namespace
} // namespace sealgate::keys
