// What another policy would have done, counted: by outcome, rule, sender and domain, with examples, and what the log does not
// hold.
#include "policy/base/rfc3339.hpp"
#include "policy/report/simulation_view.hpp"
#include "tests/policy/support/decisions.hpp"
#include "tests/policy/support/records.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
namespace json = boost::json;

class Simulation : public Decide {
protected:
    policy another = rules;
    int number = 0;

    void SetUp() override { another.digest = "sha256:another"; }

    action& cell(policy& of, std::string_view classification, std::string_view tier) {
        for (rank r = 0; r < of.classifications.size(); ++r)
            if (of.classifications[r].name == classification) return of.rules[r].cells[of.tiers.find(tier).value()];
        throw std::logic_error("no such cell");
    }

    json::object record(std::string_view tag, std::vector<recipient_facts> recipients,
                        std::string_view from = "ann@example.org") {
        facts known;
        for (rank r = 0; r < rules.classifications.size(); ++r)
            if (rules.classifications[r].name == tag)
                known.findings.tags = {
                    {.tag = rules.classifications[r].tags.front(), .classification = r, .where = carrier::subject}};
        known.recipients = std::move(recipients);
        const auto id = "AAAA-000" + std::to_string(++number);
        return record_of(rules, known, decide(rules, known),
                         {.id = id, .sender = from, .time = parse_rfc3339("2026-11-27T12:00:00Z").value()});
    }

    simulated run(const std::vector<json::object>& records, std::size_t most = most_keys) {
        simulation out(another, {}, {}, most);
        for (const auto& one : records) out.add(one);
        return out.counted();
    }
};

TEST_F(Simulation, OfTheSamePolicyNothingDiffers) {
    another.digest = rules.digest;
    const auto found = run({record("public", {to("bob@yahoo.com")}), record("confidential", {to("bob@yahoo.com")}),
                            record("internal", {to("bob@yahoo.com"), to("max@example.org")})});
    EXPECT_EQ(found.decisions, 3u);
    EXPECT_EQ(found.alike, 3u);
    EXPECT_THAT(found.outcomes, IsEmpty());
    EXPECT_THAT(found.gaps, IsEmpty());
}

TEST_F(Simulation, WhatDiffersIsCountedByRuleSenderAndDomain) {
    cell(another, "internal", "unsecure") = action::reject; // was: warn
    cell(another, "confidential", "unsecure") = action::deliver;
    const auto found = run({record("internal", {to("bob@yahoo.com"), to("max@example.org")}),
                            record("internal", {to("eve@yahoo.com")}, "Moe@example.org"),
                            record("confidential", {to("bob@yahoo.com")}), record("public", {to("bob@yahoo.com")})});
    EXPECT_EQ(found.differ(), 3u);
    EXPECT_EQ(found.differing.stricter, 2u);
    EXPECT_EQ(found.differing.milder, 1u);
    const auto& refused = found.outcomes.at({.was = outcome::warn, .would_be = outcome::reject});
    EXPECT_EQ(refused.number, 2u);
    EXPECT_THAT(refused.ids, ElementsAre("AAAA-0001", "AAAA-0002"));
    EXPECT_EQ(found.rules.values()
                  .at({.classification = "internal",
                       .tier = "unsecure",
                       .was = outcome::warn,
                       .would_be = outcome::reject,
                       .why = reason::tier})
                  .number,
              2u);
    EXPECT_EQ(found.senders.values().at("ann@example.org").stricter, 1u);
    EXPECT_EQ(found.senders.values().at("ann@example.org").milder, 1u);
    EXPECT_EQ(found.senders.values().at("moe@example.org").stricter, 1u);
    EXPECT_EQ(found.domains.values().at("yahoo.com").all(), 3u);
    EXPECT_FALSE(found.domains.values().contains("example.org"));
}

// The mail is refused for somebody else then and now.
TEST_F(Simulation, ARecipientThatDiffersIsADifference) {
    cell(another, "confidential", "organisation") = action::hold;
    const auto found = run({record("confidential", {to("bob@yahoo.com"), to("max@example.org")})});
    EXPECT_EQ(found.differ(), 1u);
    EXPECT_EQ(found.differing.stricter, 1u);
    EXPECT_THAT(found.outcomes, IsEmpty());
    EXPECT_EQ(found.rules.values().size(), 1u);
}

TEST_F(Simulation, WhatTheLogDoesNotHoldIsNamed) {
    another.classifications[2].tags = {"eyes only"};
    another.lexicon = nullptr;
    auto deferred_mail = record("public", {to("bob@yahoo.com")});
    deferred_mail["outcome"] = "defer";
    const auto found = run({record("confidential", {to("bob@yahoo.com")}), deferred_mail, {{"event", "start"}}});
    EXPECT_EQ(found.decisions, 1u);
    EXPECT_EQ(found.gaps.at(gap::tag_unknown).number, 1u);
    EXPECT_EQ(found.gaps.at(gap::deferred).number, 1u);
    EXPECT_EQ(found.unknown_tags.values().at(rules.classifications[2].tags.front()), 1u);
    cell(another, "internal", "unsecure") = action::encrypt;
    EXPECT_EQ(run({record("internal", {to("bob@yahoo.com")})}).gaps.at(gap::key_unsought).number, 1u);
    EXPECT_EQ(run({record("confidential", {to("bob@yahoo.com")})}).gaps.at(gap::tag_unknown).number, 1u);
    auto earlier = record("public", {to("bob@yahoo.com")});
    earlier.erase("facts");
    EXPECT_EQ(run({earlier}).gaps.at(gap::earlier).number, 1u);
}

// Refused for want of a key then and now: whether the other policy's sources would have found one is not known.
TEST_F(Simulation, ARefusalThatAnotherSourceMightHaveSparedIsNamed) {
    another.encryption.keys = {key_source::own, key_source::wkd};
    const auto found = run({record("confidential", {to("bob@yahoo.com")})});
    EXPECT_EQ(found.alike, 1u);
    EXPECT_EQ(found.gaps.at(gap::key_unsought).number, 1u);
}

// A log that says that this very policy did something else holds less than the decision rested on.
TEST_F(Simulation, APolicyThatDoesNotComeToItsOwnDecisionsIsNotBelieved) {
    auto one = record("public", {to("bob@yahoo.com")});
    one["policy"] = another.digest;
    one["outcome"] = "reject";
    const auto found = run({one});
    EXPECT_EQ(found.decisions, 0u);
    EXPECT_EQ(found.gaps.at(gap::not_the_same).number, 1u);
}

TEST_F(Simulation, OnlyThePeriodCounts) {
    simulation out(another, parse_rfc3339("2026-11-27T12:00:01Z").value(), {});
    out.add(record("public", {to("bob@yahoo.com")}));
    EXPECT_EQ(out.counted().decisions, 0u);
    simulation until(another, {}, parse_rfc3339("2026-11-27T12:00:00Z").value());
    until.add(record("public", {to("bob@yahoo.com")}));
    EXPECT_EQ(until.counted().decisions, 0u);
}

TEST_F(Simulation, StrangersDoNotDecideHowMuchMemoryItTakes) {
    cell(another, "internal", "unsecure") = action::reject;
    std::vector<json::object> all;
    for (int i = 0; i < 50; ++i) {
        const auto who = "p" + std::to_string(i) + "@example.org";
        all.push_back(record("internal", {to("bob@yahoo.com")}, who));
    }
    const auto found = run(all, 10);
    EXPECT_EQ(found.senders.values().size(), 10u);
    EXPECT_EQ(found.senders.left_out(), 40u);
    EXPECT_EQ(found.outcomes.begin()->second.number, 50u);
    EXPECT_EQ(found.outcomes.begin()->second.ids.size(), 3u);
}

TEST_F(Simulation, ProgramsAndPeopleReadTheSame) {
    cell(another, "internal", "unsecure") = action::reject;
    auto evil = record("internal", {to("bob@yahoo.com")}, "<script>@example.org");
    evil["id"] = "<script>";
    auto untold = record("internal", {to("bob@yahoo.com")});
    untold.at("tags").as_array().push_back(json::object{{"tag", "<script>"}, {"carrier", "subject"}});
    const auto found = run({evil, untold});
    const auto told = simulation_json(found);
    EXPECT_EQ(told.at("differ").to_number<int>(), 2);
    EXPECT_EQ(json::serialize(told.at("outcomes")),
              R"([{"was":"warn","would_be":"reject","messages":2,"examples":["<script>","AAAA-0002"]}])");
    EXPECT_EQ(told.at("rules").at("rows").at(0).at("tier"), "unsecure");
    EXPECT_EQ(told.at("domains").at("rows").at(0).at("stricter").to_number<int>(), 2);
    EXPECT_EQ(told.at("not_held").at(0).at("what"), "tag-unknown");
    html::writer page;
    draw_simulation(page, found);
    const auto text = std::move(page).take();
    for (const auto* part : {"would differ", "&lt;script&gt;", "yahoo.com", "The log holds no Subjects"})
        EXPECT_THAT(text, HasSubstr(part));
    EXPECT_THAT(text, Not(HasSubstr("<script")));
}

} // namespace
} // namespace sealgate::policy
