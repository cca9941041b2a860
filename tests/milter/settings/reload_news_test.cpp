// What a reload changed, in one line with counts.
#include "milter/settings/reload_news.hpp"
#include "tests/keys/support/store_contents.hpp"
#include "tests/policy/support/policies.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <utility>
#include <vector>

namespace sealgate::milter {
namespace {

using policy::example_policy;
using policy::with;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A key store, as its certificates' names and octets; a name in brackets is disabled.
using certificates = std::vector<std::pair<std::string, std::string>>;

std::shared_ptr<const snapshot> live(const std::string& rules, const certificates& stored = {},
                                     policy::mode mode = policy::mode::enforce, const snapshot* before = nullptr) {
    config gateway;
    gateway.mode = mode;
    keys::store_contents contents;
    for (const auto& [name, octets] : stored) {
        keys::certificate cert;
        cert.disabled = name.starts_with('[');
        cert.fingerprint = cert.disabled ? name.substr(1, name.size() - 2) : name;
        contents.certificates.push_back({.cert = std::move(cert), .binary = std::make_shared<const std::string>(octets)});
    }
    return make_snapshot(std::move(gateway), policy::load_or_fail(rules),
                         keys::keyring_of(keys::opened(std::move(contents), before ? &before->certificates->own() : nullptr)));
}

TEST(ReloadNews, SaysThatNothingChanged) {
    const auto before = live(example_policy, {{"A", "1"}});
    EXPECT_EQ(reload_news(*before, *live(example_policy, {{"A", "1"}}, policy::mode::enforce, before.get())),
              "nothing changed in policy, lists and keys");
}

TEST(ReloadNews, CountsKeys) {
    const auto before = live(example_policy, {{"A", "1"}, {"B", "1"}, {"C", "1"}, {"D", "1"}, {"E", "1"}});
    const auto now = live(example_policy, {{"A", "1"}, {"B", "2"}, {"[C]", "1"}, {"F", "1"}, {"G", "1"}, {"H", "1"}},
                          policy::mode::enforce, before.get());
    EXPECT_EQ(reload_news(*before, *now), "keys 3 new, 2 gone, 2 changed");
    EXPECT_EQ(key_news(*before, *now), "keys 3 new, 2 gone, 2 changed");
    EXPECT_EQ(key_news(*now, *now), "");
    EXPECT_EQ(key_news(*live(example_policy), *live(example_policy, {{"A", "1"}})), "keys 1 new");
}

TEST(ReloadNews, NamesThePolicyAndCountsItsLists) {
    const auto longer = with(example_policy, "outlook.com]", "outlook.com, aol.com, web.de]");
    const auto before = live(example_policy), now = live(longer);
    EXPECT_EQ(reload_news(*before, *now),
              "policy " + now->rules.digest + " (was " + before->rules.digest + "); unsecure 5 domains (was 3)");
    const auto warns = with(example_policy, "near_miss: reject", "near_miss: warn");
    EXPECT_THAT(reload_news(*before, *live(warns)), StartsWith("policy sha256:"));
    EXPECT_THAT(reload_news(*before, *live(warns)), Not(HasSubstr(";"))) << "no list changed";
}

TEST(ReloadNews, CountsWhatCameAndWentInAListOfTheSameLength) {
    const auto before = live(example_policy);
    const auto replaced = live(with(example_policy, "outlook.com]", "aol.com]"));
    EXPECT_THAT(reload_news(*before, *replaced), HasSubstr("; unsecure 3 domains (1 added, 1 removed)"));
    const auto longer = live(with(example_policy, "outlook.com]", "aol.com, .web.de]"));
    EXPECT_THAT(reload_news(*before, *longer), HasSubstr("; unsecure 4 domains (was 3; 2 added, 1 removed)"));
    const auto below = live(with(example_policy, "outlook.com]", ".outlook.com]"));
    EXPECT_THAT(reload_news(*before, *below), HasSubstr("; unsecure 3 domains (1 added, 1 removed)"));
}

TEST(ReloadNews, NamesTiersThatCameAndWent) {
    std::string renamed = example_policy;
    for (auto at = renamed.find("unsecure"); at != renamed.npos; at = renamed.find("unsecure"))
        renamed.replace(at, 8, "webmail");
    EXPECT_THAT(reload_news(*live(example_policy), *live(renamed)),
                HasSubstr("; webmail 3 domains (was 0); no tier unsecure any more"));
}

TEST(ReloadNews, SaysAllInOneLine) {
    const auto longer = with(example_policy, "outlook.com]", "outlook.com, aol.com]");
    const auto before = live(example_policy, {}, policy::mode::monitor), now = live(longer, {{"A", "1"}});
    EXPECT_EQ(reload_news(*before, *now), "mode enforce (was monitor); policy " + now->rules.digest + " (was " +
                                              before->rules.digest + "); unsecure 4 domains (was 3); keys 1 new");
}

} // namespace
} // namespace sealgate::milter
