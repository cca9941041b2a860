// The river of a message as a whole, over a real audit log, outbox and memory of threads: what each kind of mail comes to, what
// is on disk when Postfix hears of it, and what a failure at each step means.
#include "keys/base/files.hpp"
#include "milter/gateway/gateway.hpp"
#include "policy/load/policy.hpp"
#include "tests/keys/support/store_contents.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>

#include <filesystem>
#include <optional>

namespace sealgate::milter {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

constexpr const char* rules = R"(organisation: {name: Example Org, domains: [example.org]}
classifications: [{name: internal, tags: [internal]}, {name: secret, tags: [secret]}]
untagged: internal
near_miss: reject
carriers: {subject: ["[{tag}]"]}
tiers: {unsecure: {domains: [yahoo.com]}}
rules: {internal: {organisation: deliver, unsecure: warn, default: deliver}, secret: {organisation: deliver, default: encrypt}}
notices: {from: postmaster@example.org, once_per: 24h}
)";

std::shared_ptr<snapshot> live_with(policy::mode how) {
    auto loaded = policy::load_policy("policy.yaml",
                                      [&](const std::string&) -> std::expected<std::string, std::string> { return rules; });
    if (!loaded) ADD_FAILURE() << loaded.error().front().to_string();
    config gateway;
    gateway.mode = how;
    return std::make_shared<snapshot>(gateway, *std::move(loaded), keys::keyring_with({}), std::vector<std::string>{});
}

class Gateway : public testing::Test {
protected:
    fs::path at(const char* name) const { return scratch.path() / name; }

    transaction mail_to(const std::string& to, const std::string& subject, const std::string& sender = "ann@example.org") {
        transaction made;
        made.sender = policy::parse_address(sender);
        made.recipients = {policy::parse_address(to)};
        made.recipients_dsn.resize(1);
        made.queue_id = "4XyZ";
        made.mail = policy::parse_message("Message-ID: <1@client.example>\nFrom: ann@example.org\nTo: " + to +
                                          "\nSubject: " + subject + "\n\nbody\n");
        made.size = policy::size_of(made.mail);
        return made;
    }

    // What Postfix is answered; `thrown` where the connection would defer.
    answer handled(transaction mail) {
        std::optional<answer> out;
        asio::co_spawn(io, river.handle(std::move(mail), all_may_be_done, [this] { return is_awaited; }),
                       [&](const std::exception_ptr& problem, answer made) {
                           if (problem) ADD_FAILURE() << "it threw";
                           out = std::move(made);
                       });
        io.restart();
        io.run();
        return out.value_or(answer{});
    }

    std::string log() const { return keys::read_file(at("audit") / "audit.jsonl"); }
    std::size_t copies_waiting() const {
        std::size_t out = 0;
        for (const auto& entry : fs::recursive_directory_iterator(at("outbox") / "waiting")) out += entry.is_regular_file();
        return out;
    }

    static constexpr agreement all_may_be_done{.version = 6, .actions = 0x1FF, .protocol = 0};
    keys::temporary_directory scratch{fs::temp_directory_path()};
    asio::io_context io;
    bool is_awaited = true;
    std::shared_ptr<const snapshot> live = live_with(policy::mode::enforce);
    audit_log records{{.directory = at("audit"), .key = at("key"), .checkpoints = at("checkpoints")}};
    event_recorder events{records, at("events")};
    thread_memory threads{at("threads"), [](std::string_view) {}};
    outbox copies{at("outbox").string()};
    notifier notices{io, at("notices").string(), copies, [this] { return live; }};
    sealing_pool sealers{
        1, {.program = "/nonexistent/gpg", .scratch = scratch.path()}, policy::sealing_engine::gpg, write_in_memory};
    submit_limit most{[] { return inet_endpoint{"127.0.0.1", 1}; }};
    gateway river{live, records, events, {}, threads, sealers, copies, notices, most};
};

TEST_F(Gateway, MailThatNeedsNothingPassesAndIsOnRecord) {
    EXPECT_EQ(handled(mail_to("bob@partner.example", "Lunch?")).final, verdict::accept);
    EXPECT_THAT(log(), HasSubstr(R"("outcome":"deliver")"));
    EXPECT_EQ(copies_waiting(), 0U);
}

TEST_F(Gateway, AWarningIsOwedToTheSenderBeforePostfixHearsOfTheMail) {
    EXPECT_EQ(handled(mail_to("bob@yahoo.com", "Lunch?")).final, verdict::accept);
    EXPECT_THAT(log(), HasSubstr(R"("outcome":"warn")"));
    EXPECT_EQ(copies_waiting(), 1U);
    EXPECT_EQ(handled(mail_to("bob@yahoo.com", "Lunch?")).final, verdict::accept);
    EXPECT_EQ(copies_waiting(), 1U) << "once";
}

TEST_F(Gateway, WhatThePolicyRefusesIsRefusedAndOnRecord) {
    const auto said = handled(mail_to("bob@partner.example", "[secret] x"));
    EXPECT_EQ(said.final, verdict::reject);
    EXPECT_THAT(policy::to_string(said.reply), HasSubstr("there is no key for bob@partner.example"));
    EXPECT_THAT(log(), HasSubstr(R"("outcome":"reject")"));
}

TEST_F(Gateway, InMonitorModeEverythingPassesAndTheRecordSaysWhatWouldHaveBeen) {
    river.replace(live_with(policy::mode::monitor));
    EXPECT_EQ(handled(mail_to("bob@partner.example", "[secret] x")).final, verdict::accept);
    EXPECT_THAT(log(), HasSubstr(R"("outcome":"reject")"));
    EXPECT_THAT(log(), HasSubstr(R"("mode":"monitor")"));
}

TEST_F(Gateway, AReportWithoutASenderPassesWithALineOfItsOwn) {
    auto report = mail_to("bob@partner.example", "Read: x", "");
    report.mail = policy::parse_message("Subject: Read: x\nMIME-Version: 1.0\nContent-Type: multipart/report; "
                                        "report-type=disposition-notification;\n\tboundary=\"b\"\n\n--b\n"
                                        "Content-Type: text/plain\n\nYour mail was shown on a screen.\n\n--b\n"
                                        "Content-Type: message/disposition-notification\n\n"
                                        "Final-Recipient: rfc822;ann@example.org\nOriginal-Message-ID: <1@x.org>\n"
                                        "Disposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n");
    EXPECT_EQ(handled(std::move(report)).final, verdict::accept);
    EXPECT_THAT(log(), HasSubstr("report-passed"));
    EXPECT_THAT(log(), Not(HasSubstr(R"("outcome")")));
}

TEST_F(Gateway, AMailWhoseCopiesAreOwedToNobodyWhoWaitsIsDeferred) {
    is_awaited = false;
    EXPECT_EQ(handled(mail_to("bob@yahoo.com", "Lunch?")).final, verdict::tempfail);
    EXPECT_EQ(copies_waiting(), 0U);
    EXPECT_THAT(log(), HasSubstr(R"("outcome":"defer")"));
}

TEST_F(Gateway, WhatCannotBeKeptIsDeferredAndTheRecordCorrected) {
    fs::remove_all(at("outbox") / "adding");
    keys::replace_file(at("outbox") / "adding", "a file where a directory should be");
    EXPECT_EQ(handled(mail_to("bob@yahoo.com", "Lunch?")).final, verdict::tempfail);
    const auto lines = log();
    EXPECT_LT(lines.find(R"("outcome":"warn")"), lines.find(R"("outcome":"defer")"));
}

// As the command leaves it, and as the client says its token at MAIL.
class GatewayRelease : public Gateway {
protected:
    transaction released(const std::string& to, const std::string& subject, const std::string& as = {}) {
        auto mail = mail_to(to, subject);
        mail.release_token = token;
        permits.write({{.token = token,
                        .queue_id = "OLD",
                        .decision = "7Q2K-M4XD",
                        .as = as,
                        .sender = "ann@example.org",
                        .recipients = 1,
                        .envelope = envelope_digest({policy::parse_address(to)}),
                        .content = content_digest(mail.mail)}},
                      begun_permit::purpose::release);
        permits.claim(token);
        return mail;
    }
    const std::string token = "0123456789abcdef0123456789abcdef";
    held_permits permits{at("held")};
    const std::unique_ptr<keys::file_lock> lock = permits.lock();
    gateway river{live, records, events, {}, threads, sealers, copies, notices, most, nullptr, &permits};

    answer let_go(transaction mail) {
        std::optional<answer> out;
        asio::co_spawn(io, river.handle(std::move(mail), all_may_be_done, [] { return true; }),
                       [&](const std::exception_ptr&, answer made) { out = std::move(made); });
        io.restart();
        io.run();
        return out.value_or(answer{});
    }
};

TEST_F(GatewayRelease, WhatIsLetGoWaitsInTheHoldQueueAndIsNoted) {
    const auto said = let_go(released("bob@partner.example", "Lunch?"));
    EXPECT_EQ(said.final, verdict::accept);
    EXPECT_TRUE(said.edits.quarantine);
    const auto taken = permits.taken(token);
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->queue_id, "4XyZ");
    EXPECT_THAT(log(), HasSubstr(R"("release_of":"7Q2K-M4XD")"));
}

TEST_F(GatewayRelease, WithoutAPermitOrWithAnotherMailItIsPutOff) {
    auto mail = mail_to("bob@partner.example", "Lunch?");
    mail.release_token = token;
    EXPECT_EQ(let_go(mail).final, verdict::tempfail);
    for (const auto& change : {std::pair{"bob@partner.example", "Dinner?"}, std::pair{"eve@partner.example", "Lunch?"}}) {
        auto other = mail_to(change.first, change.second);
        other.release_token = token;
        released("bob@partner.example", "Lunch?");
        EXPECT_EQ(let_go(other).final, verdict::tempfail);
    }
    const auto once = released("bob@partner.example", "Lunch?");
    EXPECT_EQ(let_go(once).final, verdict::accept);
    EXPECT_EQ(let_go(once).final, verdict::tempfail) << "a permit holds once";
}

TEST_F(GatewayRelease, InMonitorModeNothingIsReleased) {
    river.replace(live_with(policy::mode::monitor));
    EXPECT_EQ(let_go(released("bob@partner.example", "Lunch?")).final, verdict::tempfail);
    EXPECT_FALSE(permits.taken(token));
}

TEST_F(GatewayRelease, NorWhereThatModeComesWhileItsKeysAreLookedUp) {
    auto looking = live_with(policy::mode::enforce);
    auto with_wkd = looking->gateway;
    with_wkd.discover.wkd = true;
    with_wkd.discover.wait = std::chrono::seconds(1);
    const auto asking =
        std::make_shared<const snapshot>(with_wkd, looking->rules, keys::keyring_with({}), std::vector<std::string>{});
    key_finder finder(io, {.own = at("own"), .found = at("found"), .trust = at("trust")},
                      {.live = [&] { return asking; },
                       .take_up = [](policy::key_source) -> asio::awaitable<void> { co_return; },
                       .told = {}});
    gateway asks{asking, records, events, {}, threads, sealers, copies, notices, most, &finder, &permits};
    std::optional<answer> out;
    asio::co_spawn(io, asks.handle(released("bob@partner.example", "[secret] x"), all_may_be_done, [] { return true; }),
                   [&](const std::exception_ptr&, answer made) { out = std::move(made); });
    asio::post(io, [&] { asks.replace(live_with(policy::mode::monitor)); }); // behind its begin
    io.restart();
    while (!out && io.run_one() != 0) {
    }
    ASSERT_TRUE(out);
    EXPECT_EQ(out->final, verdict::tempfail) << "it would leave in clear";
    EXPECT_FALSE(permits.taken(token));
}

TEST_F(GatewayRelease, WhatThePolicyRefusesIsNotLetGo) {
    EXPECT_EQ(let_go(released("bob@partner.example", "Lunch?", "secret")).final, verdict::reject);
    EXPECT_FALSE(permits.taken(token));
    EXPECT_EQ(let_go(released("bob@partner.example", "Lunch?", "nonsense")).final, verdict::tempfail);
}

} // namespace
} // namespace sealgate::milter
