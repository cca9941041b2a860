// A key store that changes under a running gateway.
#include "keys/base/files.hpp"
#include "milter/settings/live_keys.hpp"
#include "milter/settings/reload_news.hpp"
#include "tests/keys/support/test_keyring.hpp"

#include <gmock/gmock.h>

namespace sealgate::milter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

keys::stored_certificate certificate(const std::string& fingerprint) {
    return {.cert = {.fingerprint = fingerprint,
                     .user_ids = {},
                     .addresses = {},
                     .created = {},
                     .expires = {},
                     .subkeys = {{.fingerprint = {}, .key_id = {}, .created = {}, .expires = {}}}},
            .binary = std::make_shared<const std::string>(fingerprint)};
}

std::shared_ptr<const snapshot> with(std::vector<keys::stored_certificate> certificates) {
    return make_snapshot({}, {}, {.certificates = std::move(certificates), .problems = {}});
}

TEST(KeyChanges, AreOfAnythingInACertificate) {
    const auto before = certificate("A");
    EXPECT_TRUE(changes_between({before}, {before}).none());
    auto octets = before, disabled = before, weak = before, refused = before, addresses = before;
    octets.binary = std::make_shared<const std::string>("other");
    disabled.cert.disabled = true;
    weak.cert.subkeys[0].weak = true;
    refused.cert.subkeys[0].refused = true;
    addresses.cert.addresses = {"ann@example.org"};
    for (const auto& now : {octets, disabled, weak, refused, addresses})
        EXPECT_THAT(changes_between({before}, {now}).changed, ElementsAre("A"));
}

TEST(KeyChanges, AreToldInALine) {
    auto other = certificate("C");
    other.cert.disabled = true;
    const auto before = with({certificate("A"), certificate("C")}), now = with({certificate("B"), other});
    const auto changes = changes_between(before->certificates.certificates(), now->certificates.certificates());
    EXPECT_THAT(changes.added, ElementsAre("B"));
    EXPECT_THAT(changes.removed, ElementsAre("A"));
    EXPECT_THAT(changes.changed, ElementsAre("C"));
    EXPECT_EQ(key_news(*before, *now), "keys 1 new, 1 gone, 1 changed");
    EXPECT_EQ(key_news(*now, *now), "");
}

TEST(KeysReadAnew, ADirectoryThatIsGoneTakesNothingAwayAndIsToldOnce) {
    const keys::temporary_directory state(std::filesystem::temp_directory_path());
    test::keyring people;
    const auto ann = people.make_key("Ann <ann@example.org>");
    config gateway;
    gateway.state = state.path();
    const std::filesystem::path directory = gateway.keys_directory();
    ASSERT_TRUE(keys::store(directory, {}).import(people.export_certificate(ann)));

    const auto first = read_keys_anew(*make_snapshot(gateway, {}, {.certificates = {}, .problems = {}}));
    ASSERT_TRUE(first.fresh);
    EXPECT_THAT(first.changes.added, ElementsAre(ann));
    EXPECT_FALSE(read_keys_anew(*first.fresh).fresh) << "nothing changed";

    std::filesystem::rename(directory, state.path() / "away");
    const auto lost = read_keys_anew(*first.fresh);
    ASSERT_TRUE(lost.fresh);
    EXPECT_TRUE(lost.changes.none());
    EXPECT_THAT(lost.news, SizeIs(1));
    EXPECT_THAT(lost.fresh->certificates.certificates(), SizeIs(1));
    EXPECT_TRUE(lost.fresh->certificates.find("bob@example.org", {}).in_doubt);
    EXPECT_FALSE(read_keys_anew(*lost.fresh).fresh);
    EXPECT_FALSE(std::filesystem::exists(directory));

    std::filesystem::rename(state.path() / "away", directory);
    const auto back = read_keys_anew(*lost.fresh);
    ASSERT_TRUE(back.fresh);
    EXPECT_THAT(back.news, IsEmpty());
    EXPECT_FALSE(back.fresh->certificates.find("bob@example.org", {}).in_doubt);
}

} // namespace
} // namespace sealgate::milter
