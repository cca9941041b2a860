// What a record says is enough to decide anew: the same policy comes to the same again, and another one to what it would have.
#include "policy/audit/recorded_facts.hpp"
#include "tests/policy/support/decisions.hpp"
#include "tests/policy/support/records.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <random>

namespace sealgate::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
namespace json = boost::json;

// As versions before `facts` wrote it.
json::object earlier(json::object record) {
    record.erase("facts");
    for (auto& one : record.at("near_misses").as_array()) one.as_object().erase("stray");
    for (auto& one : record.at("recipients").as_array()) one.as_object().erase("addressed");
    return record;
}

std::vector<std::pair<outcome, reason>> results_of(const decision& made) {
    std::vector<std::pair<outcome, reason>> out;
    for (const auto& one : made.recipients) out.emplace_back(one.result, one.why);
    return out;
}

class RecordedFacts : public Decide {
protected:
    std::mt19937 random{20}; // the same on every machine: no distribution of the library is used
    std::size_t any(std::size_t below) { return random() % below; }
    template <class Enum>
    Enum any_of() {
        constexpr auto all = names(Enum{});
        return all[any(all.size())].value;
    }
    std::optional<rank> maybe_rank() { return any(2) ? std::optional<rank>(any(rules.classifications.size())) : std::nullopt; }

    void change_policy() {
        for (auto& row : rules.rules)
            for (auto& cell : row.cells) cell = any_of<action>();
        rules.untagged = maybe_rank();
        rules.untagged_automatic = maybe_rank();
        rules.near_miss = any_of<near_miss_action>();
        rules.downgrade = any_of<downgrade_action>();
        rules.encryption.no_key = any_of<no_key_action>();
        rules.encryption.unverifiable = any_of<unverifiable_action>();
        rules.encryption.clear_subject = any_of<clear_subject_action>();
        rules.encryption.partial = any_of<partial_action>();
        rules.encryption.accept_smime = any(2);
    }

    found_tag any_tag() {
        const auto of = any(rules.classifications.size());
        const auto where = any(2) ? carrier::subject : carrier::header;
        return {.tag = rules.classifications[of].tags.front(), .classification = of, .where = where};
    }

    near_miss any_near_miss() {
        const auto meant = maybe_rank();
        return {.text = "x",
                .suggestion = meant ? "[" + rules.classifications[*meant].tags.front() + "]" : "",
                .where = carrier::subject,
                .unread = any(2) == 1,
                .meant = meant,
                .stray = any(2) == 1};
    }

    facts any_facts() {
        constexpr const char* people[] = {"bob@yahoo.com", "max@example.org", "eve@riseup.net", "joe@nowhere.example"};
        facts out;
        for (auto i = any(3); i > 0; --i) out.findings.tags.push_back(any_tag());
        if (any(3) == 0) out.findings.near_misses.push_back(any_near_miss());
        out.by = any_of<author>();
        out.brought = any_of<protection>();
        out.shows_subject = any(2) && out.brought != protection::none;
        out.read = any(4) ? legibility::whole : any_of<legibility>();
        if (any(3) == 0) out.thread.answers = maybe_rank();
        if (any(6) == 0) out.thread.hides_subject = true;
        if (any(6) == 0) out.release = release_facts{.as = maybe_rank()};
        for (auto i = 1 + any(3); i > 0; --i) {
            recipient_facts one = to(people[any(4)], any_of<key_state>());
            if (one.key.state != key_state::missing) one.key.fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567";
            one.key.standing = key_standing::own;
            if (out.brought != protection::none) one.to_them = any_of<addressed>();
            out.recipients.push_back(std::move(one));
        }
        return out;
    }
};

TEST_F(RecordedFacts, TheSamePolicyComesToTheSameAgain) {
    for (int i = 0; i < 20'000; ++i) {
        if (i % 10 == 0) change_policy();
        const auto known = any_facts();
        const auto made = decide(rules, known);
        const auto record = record_of(rules, known, made);
        const auto read = facts_in(record, rules);
        ASSERT_TRUE(read) << json::serialize(record);
        EXPECT_THAT(read->gaps, IsEmpty());
        const auto again = decide_again(rules, read->known, record);
        ASSERT_EQ(results_of(again), results_of(made)) << json::serialize(record);
        ASSERT_EQ(again.what, made.what);
        ASSERT_EQ(again.classification, made.classification) << json::serialize(record);
    }
}

TEST_F(RecordedFacts, AnotherPolicyComesToWhatItWouldHave) {
    for (int i = 0; i < 20'000; ++i) {
        if (i % 10 == 0) change_policy();
        const auto known = any_facts();
        const auto record = record_of(rules, known, decide(rules, known));
        auto another = rules;
        std::swap(another, rules);
        change_policy();
        std::swap(another, rules);
        const auto read = facts_in(record, another);
        ASSERT_TRUE(read);
        ASSERT_EQ(results_of(decide_again(another, read->known, record)), results_of(decide(another, known)))
            << json::serialize(record);
    }
}

// What it did not write was no part of most decisions; where it was, the reasons tell it.
TEST_F(RecordedFacts, OfAnEarlierVersionTheReasonsSayTheRest) {
    auto known = confidential_to(to("bob@yahoo.com"), protection::pgp_mime);
    known.findings.tags.front().tag = rules.classifications[2].tags.front();
    for (const auto& to_them : names(addressed{})) {
        known.recipients[0].to_them = to_them.value;
        const auto made = decide(rules, known);
        const auto read = facts_in(earlier(record_of(rules, known, made)), rules);
        ASSERT_TRUE(read);
        EXPECT_EQ(results_of(decide(rules, read->known)), results_of(made)) << to_them.name;
        EXPECT_THAT(read->gaps, IsEmpty());
    }
    known.findings.tags.front() = {.tag = "public", .classification = 0, .where = carrier::subject};
    const auto read = facts_in(earlier(record_of(rules, known, decide(rules, known))), rules);
    EXPECT_THAT(read->gaps, ElementsAre(gap::addressed)); // nobody asked whether it was
    auto another = rules;
    another.digest = "sha256:another";
    EXPECT_TRUE(facts_in(earlier(record_of(rules, known, decide(rules, known))), another)->gaps.contains(gap::earlier));
}

TEST_F(RecordedFacts, AThreadOfAnEarlierVersionIsWhatItMattered) {
    facts known;
    known.recipients = {to("bob@yahoo.com")};
    known.thread.answers = 2;
    auto read = facts_in(earlier(record_of(rules, known, decide(rules, known))), rules);
    EXPECT_EQ(read->known.thread.answers, std::optional<rank>(2));
    known.thread = {.answers = {}, .hides_subject = true};
    read = facts_in(earlier(record_of(rules, known, decide(rules, known))), rules);
    EXPECT_TRUE(read->known.thread.hides_subject);
}

TEST_F(RecordedFacts, ATagThatThePolicyHasNoMoreIsToldAndCountsForNothing) {
    auto known = confidential_to(to("bob@yahoo.com"));
    known.findings.tags = {{.tag = "eyes only", .classification = 2, .where = carrier::subject}};
    const auto read = facts_in(record_of(rules, known, decide(rules, known)), rules);
    EXPECT_THAT(read->known.findings.tags, IsEmpty());
    EXPECT_THAT(read->unknown_tags, ElementsAre("eyes only"));
    EXPECT_THAT(read->gaps, ElementsAre(gap::tag_unknown));
}

TEST_F(RecordedFacts, AKeyFromASourceThatIsNotUsedIsNone) {
    auto known = confidential_to(to("bob@yahoo.com", key_state::usable));
    known.findings.tags.front().tag = rules.classifications[2].tags.front();
    known.recipients[0].key = {
        .state = key_state::usable, .fingerprint = "AAAA", .source = key_source::wkd, .standing = key_standing::pinned};
    const auto record = record_of(rules, known, decide(rules, known));
    EXPECT_EQ(facts_in(record, rules)->known.recipients[0].key.state, key_state::usable);
    rules.encryption.keys = {key_source::own};
    auto read = facts_in(record, rules);
    EXPECT_EQ(read->known.recipients[0].key.state, key_state::missing);
    EXPECT_THAT(read->gaps, ElementsAre(gap::key_unknown));
    rules.encryption.keys = {key_source::own, key_source::wkd};
    rules.rules[2].keys = {key_source::own}; // this row alone
    read = facts_in(record, rules);
    EXPECT_EQ(read->known.recipients[0].key.state, key_state::usable);
    EXPECT_EQ(decide(rules, read->known).what, outcome::reject);
}

TEST_F(RecordedFacts, WhoStandsUnderAHashKeepsTheirTier) {
    auto known = confidential_to(to("bob@yahoo.com"));
    known.findings.tags.front().tag = rules.classifications[2].tags.front();
    for (const auto* who : {"bob@yahoo.com", "max@example.org", "joe@nowhere.example"}) {
        known.recipients[0].who = parse_address(who);
        const auto made = decide(rules, known);
        const auto record = record_of(rules, known, made, {.names = pseudonyms(address_form::keyed, "key")});
        const auto read = facts_in(record, rules);
        ASSERT_TRUE(read);
        EXPECT_THAT(read->gaps, ElementsAre(gap::tier_kept));
        EXPECT_EQ(results_of(decide(rules, read->known)), results_of(made)) << who;
    }
    auto record = record_of(rules, known, decide(rules, known), {.names = pseudonyms(address_form::keyed, "key")});
    record.at("recipients").at(0).as_object()["tier"] = "no-more";
    EXPECT_EQ(facts_in(record, rules).error(), gap::hidden);
}

TEST_F(RecordedFacts, WhatIsNoDecisionIsNotDecidedAbout) {
    auto known = confidential_to(to("bob@yahoo.com"));
    const auto made = decide(rules, known);
    auto record = record_of(rules, known, deferred(made, reason::no_room));
    EXPECT_EQ(facts_in(record, rules).error(), gap::deferred);
    record = record_of(rules, known, made);
    record["recipients"] = 7;
    EXPECT_EQ(facts_in(record, rules).error(), gap::unreadable);
    EXPECT_EQ(facts_in({}, rules).error(), gap::deferred);
}

// What was made of it was too large; what another policy would make of it is not known to be smaller.
TEST_F(RecordedFacts, WhatWasTooLargeStaysTooLarge) {
    auto known = confidential_to(to("bob@yahoo.com", key_state::usable));
    known.findings.tags.front().tag = rules.classifications[2].tags.front();
    known.recipients[0].key.fingerprint = "AAAA";
    known.recipients[0].key.standing = key_standing::own;
    const auto made = refused_for_size(decide(rules, known), reason::too_large_sealed, 1000);
    const auto record = record_of(rules, known, made);
    EXPECT_EQ(results_of(decide_again(rules, facts_in(record, rules)->known, record)), results_of(made));
}

} // namespace
} // namespace sealgate::policy
