// What a release changes about a decision, and what it does not: nothing leaves in clear because somebody let it go.
#include "policy/decision/release.hpp"
#include "tests/policy/support/decisions.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::ElementsAre;

class Release : public Decide {
protected:
    facts released(recipient_facts one, std::optional<rank> as = {}) {
        facts known;
        known.recipients = {std::move(one)};
        known.release = release_facts{.as = as};
        return known;
    }
    facts nearly_confidential(recipient_facts one, std::optional<rank> as = {}) {
        rules.near_miss = near_miss_action::hold;
        auto known = released(std::move(one), as);
        known.findings.near_misses = {
            {.text = "[Confidental]", .suggestion = "[confidential]", .where = carrier::subject, .meant = 2}};
        return known;
    }
    static std::optional<facts> without_release(facts known) {
        known.release.reset();
        return known;
    }
    tier_id tier(const char* address) const { return rules.tiers.tier_of(parse_address(address)); }
};

TEST_F(Release, OfACellThatSaysHoldIsWhatTheRowAsksOfOthers) {
    auto& row = rules.rules[2]; // confidential: everybody outside is encrypted to
    row.cells[tier("bob@yahoo.com")] = action::hold;
    auto known = released(to("bob@yahoo.com"));
    known.findings.tags = {tag_of(2)};
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::reject, reason::no_key}));
    rules.encryption.no_key = no_key_action::hold;
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::hold, reason::no_key})) << "it stays held";
    known.recipients = {to("bob@yahoo.com", key_state::usable)};
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::seal, reason::sealed}));
    row.cells[tier("zoe@gmail.com")] = action::require;
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::reject, reason::not_encrypted})) << "the strictest of them";
}

TEST_F(Release, OfMailToColleaguesOrOfARowWithoutEncryptionDelivers) {
    rules.rules[2].cells[rules.tiers.organisation()] = action::hold;
    auto known = released(to("max@example.org"));
    known.findings.tags = {tag_of(2)};
    EXPECT_EQ(decide_for(rules, known), (decided{outcome::deliver, reason::allowed}));
    known.recipients = {to("\"max@yahoo.com\"@example.org")};
    EXPECT_NE(decide(rules, known).what, outcome::deliver) << "that may go elsewhere";
    rules.rules[1].cells[tier("bob@yahoo.com")] = action::hold;
    EXPECT_EQ(decide_for(rules, released(to("bob@yahoo.com"))), (decided{outcome::deliver, reason::allowed}));
}

TEST_F(Release, OfANearMissIsWhatWasMeant) {
    EXPECT_EQ(decide_for(rules, *without_release(nearly_confidential(to("bob@yahoo.com")))),
              (decided{outcome::hold, reason::near_miss}));
    EXPECT_EQ(decide_for(rules, nearly_confidential(to("bob@yahoo.com"))), (decided{outcome::reject, reason::no_key}));
    EXPECT_EQ(decide_for(rules, nearly_confidential(to("bob@yahoo.com", key_state::usable))),
              (decided{outcome::seal, reason::sealed}));
    EXPECT_EQ(decide_for(rules, nearly_confidential(to("max@example.org"))), (decided{outcome::deliver, reason::allowed}));
    EXPECT_EQ(decide(rules, nearly_confidential(to("bob@yahoo.com"), rank{1})).classification, rank{1}) << "somebody said so";
}

TEST_F(Release, WhereNobodyCanTellWhatWasMeantIsOfTheMostSensitive) {
    auto known = nearly_confidential(to("max@example.org"));
    known.findings.near_misses = {{.text = "?", .suggestion = "", .where = carrier::subject, .unread = true}};
    EXPECT_THAT(answered_near_misses(rules, known), ElementsAre(rules.classifications.size() - 1));
    known.by = author::stranger;
    EXPECT_TRUE(answered_near_misses(rules, known).empty());
}

TEST_F(Release, NearMissesThatHoldNobodysMailCountAsEver) {
    auto known = nearly_confidential(to("bob@yahoo.com"));
    rules.near_miss = near_miss_action::warn;
    EXPECT_TRUE(answered_near_misses(rules, known).empty());
    EXPECT_EQ(decide(rules, known).what, decide(rules, *without_release(known)).what);
}

TEST_F(Release, AsIsNeverMilderThanItsOwnTags) {
    for (rank as = 0; as < rules.classifications.size(); ++as) {
        auto known = nearly_confidential(to("bob@yahoo.com"), as);
        known.findings.tags = {tag_of(2)};
        EXPECT_EQ(decide(rules, known).what, outcome::reject) << as;
        auto held_for_its_tier = released(to("bob@yahoo.com"), as);
        EXPECT_GE(decide(rules, held_for_its_tier).classification, rules.untagged) << "nothing but a near miss is answered";
    }
}

TEST_F(Release, ClassificationsAreNamedWhateverTheirCase) {
    EXPECT_EQ(rank_named(rules, "Confidential"), rank{2});
    EXPECT_EQ(rank_named(rules, "nonsense"), std::nullopt);
}

} // namespace
} // namespace sealgate::policy
