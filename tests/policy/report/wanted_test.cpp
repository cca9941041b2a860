// Whose key is wanted, and by whom.
#include "policy/report/wanted.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

wall_time moment(std::string_view text) { return parse_rfc3339(text).value(); }

bool add(wanted_keys& to, std::string_view recipient, std::string_view sender, std::string_view reason = "no-key",
         std::string_view time = "2026-11-23T09:00:00Z") {
    return to.add({{"address", recipient}, {"tier", "secure"}, {"reason", reason}}, sender, moment(time));
}

TEST(WantedKeys, OnlyReasonsAboutAKeyCount) {
    for (const auto* word : {"no-key", "key-expired", "key-revoked", "key-disabled", "key-not-for-encryption", "key-weak"}) {
        wanted_keys counted(10);
        EXPECT_TRUE(add(counted, "zoe@x.org", "ann@example.org", word)) << word;
        EXPECT_EQ(counted.people().values().at("zoe@x.org").reason, word);
    }
    for (const auto* word :
         {"tier", "sealed", "near-miss", "lookup-failed", "keys-unreadable", "organisation-key", "", "new"}) {
        wanted_keys counted(10);
        EXPECT_FALSE(add(counted, "zoe@x.org", "ann@example.org", word)) << word;
        EXPECT_THAT(counted.people().values(), IsEmpty());
    }
}

TEST(WantedKeys, TheLastReasonIsToldWhateverTheOrder) {
    wanted_keys counted(10);
    add(counted, "zoe@x.org", "ann@example.org", "key-expired", "2026-11-23T09:00:00Z");
    add(counted, "Zoe@X.org", "bea@example.org", "key-revoked", "2026-11-25T09:00:00Z");
    add(counted, "zoe@x.org", "ann@example.org", "no-key", "2026-11-24T09:00:00Z");
    const auto& zoe = counted.people().values().at("zoe@x.org");
    EXPECT_EQ(counted.people().values().size(), 1u);
    EXPECT_EQ(zoe.mails, 3u);
    EXPECT_EQ(zoe.reason, "key-revoked");
    EXPECT_EQ(zoe.tier, "secure");
    EXPECT_EQ(zoe.last, moment("2026-11-25T09:00:00Z"));
}

TEST(WantedKeys, WritersAreNamedTheMostFrequentFirstAndTheRestCounted) {
    wanted_keys counted(10);
    for (const auto* who : {"ann", "bea", "cem", "dan", "eli", "cem", "eli", "Eli"})
        add(counted, "zoe@x.org", std::string(who) + "@example.org");
    add(counted, "zoe@x.orga", "other@example.org");
    add(counted, "zo@x.org", "");
    const auto by = counted.writers_to("zoe@x.org");
    EXPECT_THAT(by.first, ElementsAre("eli@example.org", "cem@example.org", "ann@example.org"));
    EXPECT_EQ(by.more, 2u);
    EXPECT_EQ(by.in_words(), "eli@example.org, cem@example.org, ann@example.org and 2 more");
    EXPECT_EQ(counted.writers_to("zo@x.org").in_words(), "<>");
    EXPECT_THAT(counted.writers_to("nobody@x.org").first, IsEmpty());
}

TEST(WantedKeys, MemoryIsBounded) {
    wanted_keys counted(10);
    for (int i = 0; i < 40; ++i) add(counted, "zoe@x.org", std::to_string(i) + "@example.org");
    for (int i = 0; i < 40; ++i) add(counted, std::to_string(i) + "@x.org", "ann@example.org");
    EXPECT_EQ(counted.people().values().size(), 10u);
    EXPECT_EQ(counted.people().values().at("zoe@x.org").mails, 40u);
    EXPECT_EQ(counted.writers_to("zoe@x.org").first.size() + counted.writers_to("zoe@x.org").more, 10u);
}

} // namespace
} // namespace sealgate::policy
