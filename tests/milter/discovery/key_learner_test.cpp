// What has passed is learned beside it: once, within bounds, recorded before it is in force; and what fails is of no
// consequence.
#include "keys/base/files.hpp"
#include "keys/store/evidence.hpp"
#include "milter/discovery/key_learner.hpp"
#include "policy/load/policy.hpp"
#include "tests/keys/support/signed_mail.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <optional>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using policy::key_source;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* rules_of_learner = R"(organisation: {name: Example Org, domains: [example.org]}
classifications: [{name: internal, tags: [internal]}]
untagged: internal
near_miss: reject
carriers: {subject: ["[{tag}]"]}
tiers: {secure: {domains: [partner.example]}}
rules: {internal: {default: deliver}}
notices: {from: postmaster@example.org}
)";

class KeyLearner : public testing::Test {
protected:
    void SetUp() override {
        auto loaded = policy::load_policy(
            "policy.yaml", [&](const std::string&) -> std::expected<std::string, std::string> { return rules_of_learner; });
        ASSERT_TRUE(loaded);
        rules = *std::move(loaded);
        gateway.state = scratch.path().string();
        look();
        begin(std::size_t{64} << 20);
    }

    void begin(std::size_t memory_octets) {
        learner.reset();
        memory.emplace(io.get_executor(), memory_octets, memory_octets / 4);
        learner.emplace(io, *memory,
                        key_learner::surroundings{.live = [this] { return live; },
                                                  .take_up = [this](key_source source) { return take_up(source); },
                                                  .told = {.leave = [this](const auto& some) { record(some); }, .names = {}}});
    }

    void record(const std::vector<policy::key_event_facts>& some) {
        happened.emplace_back("record");
        were_there_at_event.push_back(fs::exists(was_there));
        for (const auto& one : some) events.push_back(policy::key_event(one));
    }

    void look() {
        live = make_snapshot(gateway, rules,
                             keys::open_keyring(key_places(gateway), {}, rules.encryption, keys::reading::what_changed));
    }

    boost::asio::awaitable<void> take_up(key_source source) {
        happened.emplace_back(name_of(source));
        look();
        co_return;
    }

    void take(const test::signed_mail& mail) { learner->take(mail.message(), "mx.example.org"); }

    void run() {
        io.restart();
        io.run();
    }

    keys::temporary_directory scratch{fs::temp_directory_path()};
    boost::asio::io_context io;
    config gateway;
    policy::policy rules;
    std::shared_ptr<const snapshot> live;
    std::vector<std::string> happened, events;
    fs::path was_there;
    std::vector<bool> were_there_at_event;
    std::optional<memory_budget> memory;
    std::optional<key_learner> learner;
    const test::signed_mail teaching{.more = {test::autocrypt_of_plain()}};
};

TEST_F(KeyLearner, WhatIsNewIsRecordedAndThenInForce) {
    take(teaching);
    EXPECT_THAT(events, IsEmpty()) << "not while the mail passes";
    run();
    EXPECT_THAT(happened, ElementsAre("record", "autocrypt"));
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_THAT(events[0], HasSubstr("key-found"));
    EXPECT_THAT(events[0], HasSubstr("mail <1@partner.example>, DKIM d=partner.example s=lab"));
    EXPECT_THAT(events[0], HasSubstr("plain@partner.example"));
    EXPECT_EQ(live->certificates->of(key_source::autocrypt)->count(), 1);
    EXPECT_EQ(live->certificates->own().count(), 0);
}

TEST_F(KeyLearner, WhatIsKnownIsNoNews) {
    take(teaching);
    take(teaching);
    run();
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < 20; ++i) take(teaching);
    run();
    EXPECT_THAT(events, SizeIs(1));
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5 * key_learner::pause) << "gpg is not asked, and nothing rests";
    fs::remove_all(scratch.path() / "found");
    look();
    take(teaching);
    run();
    EXPECT_THAT(events, SizeIs(2)) << "what was removed is learned again";
}

TEST_F(KeyLearner, WhereADomainHasTaughtTooMuchItsOldestGoesAndIsRecorded) {
    keys::evidence_book book(keys::evidence_file(key_places(gateway)));
    std::vector<keys::evidence> many;
    for (std::size_t i = 0; i < key_learner::most_of_a_domain; ++i)
        many.push_back({.source = key_source::autocrypt,
                        .fingerprint = std::string(36, 'A') + std::to_string(1000 + i),
                        .address = std::to_string(i) + "@partner.example",
                        .place = "mail",
                        .last = keys::time_point(std::chrono::seconds(1'000'000 - i))});
    book.note(many);
    const auto oldest = key_places(gateway).found / "autocrypt" / (many.back().fingerprint + ".pgp");
    keys::make_private_directory(oldest.parent_path());
    keys::replace_file(oldest, "a certificate");
    was_there = oldest;
    take(teaching);
    run();
    ASSERT_THAT(events, SizeIs(2));
    EXPECT_TRUE(were_there_at_event.front()) << "the event is on disk before it is gone";
    EXPECT_FALSE(fs::exists(oldest));
    EXPECT_THAT(events[0], AllOf(HasSubstr("key-remove"), HasSubstr(many.back().fingerprint)));
    EXPECT_THAT(events[1], HasSubstr("key-found"));
    EXPECT_EQ(book.from(key_source::autocrypt).size(), many.size());
    EXPECT_TRUE(book.of(many.back().fingerprint).empty());
}

TEST_F(KeyLearner, WhatWaitsIsBounded) {
    const auto header = teaching.message();
    EXPECT_EQ(learner->extent_of(header, "mx.example.org"), keys::lesson_extent::header);
    EXPECT_EQ(learner->extent_of(header, "another.example.org"), keys::lesson_extent::nothing);
    for (std::size_t i = 0; i < 3 * key_learner::most_waiting; ++i) take(teaching);
    EXPECT_EQ(learner->extent_of(header, "mx.example.org"), keys::lesson_extent::nothing) << "no more is collected";
    const auto most = key_learner::most_waiting * (policy::size_of(header) + 100);
    EXPECT_GT(memory->used(), 0);
    EXPECT_LE(memory->used(), most);
    run();
    EXPECT_EQ(memory->used(), 0);
    EXPECT_THAT(events, SizeIs(1));
    EXPECT_EQ(learner->extent_of(header, "mx.example.org"), keys::lesson_extent::header);
}

TEST_F(KeyLearner, NeverTakesMemoryThatMailNeeds) {
    begin(2000);
    const auto of_mail = memory->try_take(1000);
    take(teaching);
    EXPECT_EQ(memory->used(), of_mail.octets());
    run();
    EXPECT_THAT(events, IsEmpty());
}

TEST_F(KeyLearner, WhatFailsIsTriedWithTheNextMail) {
    keys::replace_file(scratch.path() / "found", "no directory");
    take(teaching);
    take(teaching);
    run();
    EXPECT_THAT(events, IsEmpty());
    fs::remove(scratch.path() / "found");
    take(teaching);
    run();
    EXPECT_THAT(events, SizeIs(1));
}

TEST_F(KeyLearner, IsOffWhereNothingIsWanted) {
    EXPECT_TRUE(learner->is_on());
    gateway.learn.attached = learn_action::ignore;
    look();
    EXPECT_TRUE(learner->is_on());
    gateway.learn.autocrypt = learn_action::ignore;
    look();
    EXPECT_FALSE(learner->is_on());
}

TEST_F(KeyLearner, TheNamesThatAreConfiguredAreOurs) {
    gateway.learn.authserv_ids = {"mx.example.org"};
    look();
    EXPECT_EQ(learner->extent_of(teaching.message(), "another.example.org"), keys::lesson_extent::header);
    gateway.learn.authserv_ids = {"elsewhere.example.org"};
    look();
    EXPECT_EQ(learner->extent_of(teaching.message(), "mx.example.org"), keys::lesson_extent::nothing);
}

} // namespace
} // namespace sealgate::milter
