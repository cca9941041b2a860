// What is told to administrators across looks, restarts and crashes; the keys themselves are in tests/keys/key_ends_test.cpp.
#include "keys/base/files.hpp"
#include "milter/notices/key_watch.hpp"
#include "policy/load/policy.hpp"
#include "tests/keys/support/store_contents.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <optional>

namespace sealgate::milter {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr const char* rules = R"(organisation: {name: Example Org, domains: [example.org]}
classifications: [{name: internal, tags: [internal]}, {name: secret, tags: [secret]}]
untagged: internal
near_miss: reject
carriers: {subject: ["[{tag}]"]}
tiers: {secure: {domains: [partner.example]}}
rules: {internal: {default: deliver}, secret: {organisation: deliver, default: encrypt}}
encryption: {always_to: [vault@example.org]}
notices: {from: postmaster@example.org}
)";

std::shared_ptr<snapshot> without_keys() {
    auto loaded = policy::load_policy("policy.yaml",
                                      [&](const std::string&) -> std::expected<std::string, std::string> { return rules; });
    if (!loaded) ADD_FAILURE() << loaded.error().front().to_string();
    config gateway;
    gateway.watch.mail = {policy::parse_address("ann@example.org"), policy::parse_address("bob@example.org")};
    return std::make_shared<snapshot>(std::move(gateway), *std::move(loaded), keys::keyring_with({}),
                                      std::vector<std::string>{});
}

class KeyWatch : public testing::Test {
protected:
    void SetUp() override { restart(); }

    void restart() {
        watch.reset();
        copies.reset();
        copies.emplace((scratch.path() / "outbox").string(), [this] { return now; });
        watch.emplace(
            io, scratch.path() / "watch", *copies, [this] { return live; },
            [this](const snapshot&, const policy::watch_news&) { ++heard; }, [this] { return now; });
    }

    std::size_t waiting() { return find_waiting({scratch.path() / "outbox"}).size(); }

    keys::temporary_directory scratch{fs::temp_directory_path()};
    boost::asio::io_context io;
    std::shared_ptr<snapshot> live = without_keys();
    wall_time now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 28) + 9h};
    int heard = 0;
    std::optional<outbox> copies;
    std::optional<key_watch> watch;
};

TEST_F(KeyWatch, OneMailToAllAndOnceADay) {
    EXPECT_EQ(watch->look_now(*live), std::chrono::floor<std::chrono::seconds>(now) + 10min) << "there may be news";
    watch->look_now(*live);
    ASSERT_EQ(waiting(), 1u);
    EXPECT_EQ(heard, 1);
    const auto copy = keys::read_file(find_waiting({scratch.path() / "outbox"}).front().file);
    EXPECT_THAT(copy, HasSubstr("Subject: Mail waits: the key of vault@example.org is missing\r\n"));
    EXPECT_THAT(copy, HasSubstr("To: <ann@example.org>,\r\n <bob@example.org>\r\n"));
    EXPECT_THAT(copy, HasSubstr("- secret to secure, unknown\r\n"));
    now += 24h;
    watch->look_now(*live);
    EXPECT_EQ(waiting(), 2u);
}

TEST_F(KeyWatch, WhatWasToldIsKnownAfterARestart) {
    watch->look_now(*live);
    restart();
    now += 1h;
    watch->look_now(*live);
    EXPECT_EQ(waiting(), 1u);
}

TEST_F(KeyWatch, ACrashBeforeItIsRememberedMakesNoSecondMail) {
    watch->look_now(*live);
    fs::remove(scratch.path() / "watch" / "told.jsonl");
    restart();
    now += 1min;
    watch->look_now(*live);
    EXPECT_EQ(waiting(), 1u);
}

TEST_F(KeyWatch, AFileThatIsBrokenKeepsNothingFromGoingOn) {
    watch->look_now(*live);
    keys::replace_file(scratch.path() / "watch" / "told.jsonl", "\xff{junk\n[]\n");
    restart();
    now += 48h;
    watch->look_now(*live);
    EXPECT_GE(waiting(), 1u);
}

TEST_F(KeyWatch, WhatCannotBeWrittenIsToldLater) {
    fs::remove_all(scratch.path() / "watch");
    keys::replace_file(scratch.path() / "watch", "");
    EXPECT_ANY_THROW(watch->look_now(*live));
    EXPECT_EQ(waiting(), 1u) << "the mail is on its way";
    fs::remove(scratch.path() / "watch");
    fs::create_directory(scratch.path() / "watch");
    watch->look_now(*live);
    restart();
    watch->look_now(*live);
    EXPECT_EQ(waiting(), 1u);
}

TEST_F(KeyWatch, NobodyIsWrittenToWhereNobodyIsNamed) {
    live->gateway.watch.mail.clear();
    watch->look_now(*live);
    EXPECT_EQ(waiting(), 0u);
    EXPECT_FALSE(fs::exists(scratch.path() / "watch" / "told.jsonl"));
}

} // namespace
} // namespace sealgate::milter
