// What is said and counted of each decision: words without an address, the latest ten, and metrics that Prometheus takes.
#include "milter/control/decision_feed.hpp"
#include "milter/control/vitals.hpp"

#include <gmock/gmock.h>

namespace sealgate::milter {
namespace {

using policy::outcome;
using policy::reason;
using testing::HasSubstr;
using testing::Not;

class DecisionFeed : public testing::Test {
protected:
    DecisionFeed() {
        rules.classifications = {{.name = "internal", .tags = {}}, {.name = "confidential", .tags = {}}};
        made.classification = 1;
        made.what = outcome::reject;
        made.recipients = {recipient("max@example.org", outcome::deliver, reason::allowed),
                           recipient("bob@yahoo.com", outcome::reject, reason::no_key),
                           recipient("eve@yahoo.com", outcome::reject, reason::no_key)};
    }

    static policy::recipient_decision recipient(const char* who, outcome result, reason why) {
        policy::recipient_decision out{.who = policy::parse_address(who), .key = {}};
        out.result = result;
        out.why = why;
        return out;
    }

    concluded what() const {
        return {.rules = rules,
                .mode = mode,
                .id = id,
                .queue_id = queue_id,
                .made = made,
                .time = {},
                .took = std::chrono::milliseconds(3)};
    }

    std::string written() const {
        exposition out;
        feed.write(out);
        return out.take();
    }

    policy::policy rules;
    policy::mode mode = policy::mode::enforce;
    std::string id = "7Q2K-M4XD", queue_id = "4ABC";
    policy::decision made;
    decision_feed feed;
};

TEST_F(DecisionFeed, SaysOutcomeClassificationAndTheReasonsThatDecided) {
    EXPECT_EQ(decision_words(what()), "reject: confidential, no-key; 3 recipients");
    mode = policy::mode::monitor;
    made.recipients.resize(1);
    made.classification.reset();
    made.what = outcome::deliver;
    EXPECT_EQ(decision_words(what()), "deliver: untagged, allowed; 1 recipient; monitored only");
    made = policy::deferred(made, reason::no_room);
    EXPECT_THAT(decision_words(what()), testing::StartsWith("defer: untagged, no-room"));
}

TEST_F(DecisionFeed, KeepsTheLatestAndCountsAll) {
    for (int i = 0; i < 25; ++i) {
        id = "ID" + std::to_string(i);
        feed.saw(what());
    }
    EXPECT_EQ(feed.count(), 25U);
    ASSERT_EQ(feed.recent().size(), decision_feed::most_recent);
    EXPECT_EQ(feed.recent().back().id, "ID24");
    EXPECT_EQ(feed.recent().front().id, "ID15");
}

TEST_F(DecisionFeed, CountsMessagesByOutcomeAndRecipientsByReason) {
    feed.saw(what());
    const auto text = written();
    EXPECT_THAT(text, HasSubstr("sealgate_decisions_total{outcome=\"reject\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("sealgate_decisions_total{outcome=\"seal\"} 0\n")) << "what never was is there from the start";
    EXPECT_THAT(text, HasSubstr("sealgate_recipients_total{result=\"reject\",reason=\"no-key\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("sealgate_decision_seconds_count 1\n"));
    EXPECT_THAT(text, HasSubstr("sealgate_sealing_seconds_count 0\n"));
    EXPECT_THAT(text, Not(HasSubstr("yahoo")));
}

TEST_F(DecisionFeed, StatusHasWhatIsWrongAndTheLatest) {
    feed.saw(what());
    vitals now;
    now.started = wall_time(std::chrono::hours(24));
    now.now = now.started + std::chrono::hours(1);
    now.outbox = {.count = 2, .oldest = now.started};
    now.problems = {"handing over fails"};
    const auto status = status_of(now, feed);
    EXPECT_EQ(status.at("ok"), false);
    EXPECT_EQ(status.at("problems").at(0), "handing over fails");
    EXPECT_EQ(status.at("latest").at(0).at("decision"), "reject: confidential, no-key; 3 recipients");
    EXPECT_EQ(status.at("outbox").at("count"), 2U);
    const auto text = metrics_of(now, feed);
    EXPECT_THAT(text, HasSubstr("sealgate_outbox_oldest_seconds 3600\n"));
    EXPECT_THAT(text, HasSubstr("sealgate_problems 1\n"));
    now.now = now.started - std::chrono::hours(1);
    EXPECT_THAT(metrics_of(now, feed), HasSubstr("sealgate_outbox_oldest_seconds 0\n"))
        << "a clock that goes back makes no ages below nothing";
}

TEST_F(DecisionFeed, ACheckpointIsOldOnlyWhereSomethingWaitsForOne) {
    vitals now;
    now.now = now.signed_at + std::chrono::hours(2);
    now.records = now.records_signed = 7;
    EXPECT_THAT(metrics_of(now, feed), HasSubstr("sealgate_audit_checkpoint_age_seconds 0\n"));
    now.records = 9;
    EXPECT_THAT(metrics_of(now, feed), HasSubstr("sealgate_audit_checkpoint_age_seconds 7200\n"));
    EXPECT_THAT(metrics_of(now, feed), HasSubstr("sealgate_audit_unsigned_records 2\n"));
}

} // namespace
} // namespace sealgate::milter
