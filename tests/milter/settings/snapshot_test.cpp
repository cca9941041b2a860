// What changed between two configurations in force, and how it is told.
#include "keys/base/files.hpp"
#include "milter/settings/live_keys.hpp"
#include "milter/settings/reload_news.hpp"

#include <gmock/gmock.h>

namespace sealgate::milter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A key packet of nobody's: what is in force already is not read again.
keys::stored_certificate certificate_of(char digit, std::string binary = "\xC6\x01\x04") {
    keys::stored_certificate out;
    out.cert.fingerprint = std::string(40, digit);
    out.cert.addresses = {"bob@partner.example"};
    out.binary = std::make_shared<const std::string>(std::move(binary));
    return out;
}

policy::policy rules_with(std::vector<std::pair<std::string, std::vector<std::string>>> tiers) {
    policy::policy out;
    out.digest = "sha256:1";
    for (const auto& [name, domains] : tiers) {
        const auto tier = out.tiers.add_tier(name);
        for (const auto& domain : domains) out.tiers.add_domain(tier, domain);
    }
    return out;
}

struct parts {
    config gateway = {};
    policy::policy rules = rules_with({{"secure", {"a.example", "b.example"}}, {"unsecure", {"c.example"}}});
    std::vector<keys::stored_certificate> certificates = {certificate_of('A'), certificate_of('B')};
};

std::string news(const parts& now) {
    const auto made = [](const parts& of) {
        return make_snapshot(of.gateway, of.rules, {.certificates = of.certificates, .problems = {}});
    };
    return reload_news(*made({}), *made(now));
}

TEST(ReloadNews, SayWhatChangedWithCounts) {
    EXPECT_EQ(news({}), "nothing changed in policy, lists and keys");
    parts now;
    now.rules.digest = "sha256:2";
    EXPECT_EQ(news(now), "policy sha256:2 (was sha256:1)");
    now = {.rules = rules_with({{"secure", {"a.example"}}, {"unsecure", {"c.example", ".d.example"}}})};
    EXPECT_EQ(news(now), "secure 1 domains (was 2); unsecure 2 domains (was 1)");
    now = {.rules = rules_with({{"secure", {"a.example", "b.example"}}})};
    EXPECT_EQ(news(now), "no tier unsecure any more");
    now = {.certificates = {certificate_of('B', "other"), certificate_of('C'), certificate_of('D')}};
    EXPECT_EQ(news(now), "keys 2 new, 1 gone, 1 changed");
    now = {};
    now.certificates[0].cert.disabled = true;
    EXPECT_EQ(news(now), "keys 1 changed") << "disabled";
    now = {};
    now.gateway.mode = policy::mode::monitor;
    EXPECT_EQ(news(now), "mode monitor (was enforce)");
}

class LiveKeys : public testing::Test {
protected:
    LiveKeys() {
        parts now;
        now.gateway.state = scratch.path();
        keys::make_private_directory(directory());
        for (const auto& one : now.certificates) keys::replace_file(file_of(one.cert.fingerprint), *one.binary);
        live = make_snapshot(now.gateway, now.rules, {.certificates = now.certificates, .problems = {}});
    }

    std::filesystem::path directory() const { return scratch.path() / "keys"; }
    std::filesystem::path file_of(const std::string& fingerprint, const char* what = ".pgp") const {
        return directory() / (fingerprint + what);
    }

    keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
    const std::string a = std::string(40, 'A'), b = std::string(40, 'B');
    std::shared_ptr<const snapshot> live;
};

TEST_F(LiveKeys, StayWhereNothingChanged) {
    const auto reread = read_keys_anew(*live);
    EXPECT_EQ(reread.fresh, nullptr);
    EXPECT_TRUE(reread.changes.none());
    EXPECT_THAT(reread.news, IsEmpty());
}

TEST_F(LiveKeys, WhatIsDisabledOrRemovedIsSoAtOnce) {
    keys::replace_file(file_of(a, ".disabled"), "");
    auto reread = read_keys_anew(*live);
    ASSERT_NE(reread.fresh, nullptr);
    EXPECT_THAT(reread.changes.changed, ElementsAre(a));
    EXPECT_TRUE(reread.fresh->certificates.certificates().at(0).cert.disabled);
    live = reread.fresh;
    keys::remove_file(file_of(b));
    reread = read_keys_anew(*live);
    ASSERT_NE(reread.fresh, nullptr);
    EXPECT_THAT(reread.changes.removed, ElementsAre(b));
    EXPECT_THAT(reread.changes.changed, IsEmpty());
}

TEST_F(LiveKeys, WhatCannotBeReadStaysAndIsToldOnce) {
    keys::replace_file(file_of(a), "hello");
    const auto reread = read_keys_anew(*live);
    ASSERT_NE(reread.fresh, nullptr);
    EXPECT_TRUE(reread.changes.none());
    EXPECT_THAT(reread.news, ElementsAre(testing::HasSubstr("stays as it was")));
    EXPECT_THAT(reread.fresh->certificates.certificates(), testing::SizeIs(2));
    EXPECT_THAT(read_keys_anew(*reread.fresh).news, IsEmpty());
    std::filesystem::remove_all(directory());
    EXPECT_TRUE(read_keys_anew(*live).changes.none());
}

} // namespace
} // namespace sealgate::milter
