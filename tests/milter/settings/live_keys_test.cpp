// A key store that changes under a running gateway.
#include "keys/base/files.hpp"
#include "milter/settings/live_keys.hpp"
#include "tests/keys/support/store_contents.hpp"
#include "tests/keys/support/test_keyring.hpp"

#include <gmock/gmock.h>

namespace sealgate::milter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
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

TEST(KeyChanges, AreOfAnythingInACertificate) {
    const auto first = certificate("A");
    const auto before = keys::catalogue_of({first});
    EXPECT_TRUE(keys::catalogue_of({first}, before.get())->changes_since(*before).none());
    auto octets = first, disabled = first, refused = first, addresses = first;
    octets.binary = std::make_shared<const std::string>("other");
    disabled.cert.disabled = true;
    refused.cert.subkeys[0].refused = true;
    addresses.cert.addresses = {"ann@example.org"};
    for (const auto& now : {octets, disabled, refused, addresses})
        EXPECT_THAT(keys::catalogue_of({now}, before.get())->changes_since(*before).changed, ElementsAre("A"));
}

class LiveKeys : public testing::Test {
protected:
    LiveKeys() {
        config gateway;
        gateway.state = scratch.path();
        EXPECT_TRUE(keys::store(directory(), {}).import(people.gpg("--export")));
        live = make_snapshot(gateway, {}, keys::keyring_of(keys::store(directory(), {}).open(keys::reading::all)));
    }

    std::filesystem::path directory() const { return scratch.path() / "keys"; }
    std::filesystem::path file_of(const std::string& fingerprint, const char* what = ".pgp") const {
        return directory() / (fingerprint + what);
    }
    bool is_in_doubt(const std::string& address) const { return live->certificates->find(address, {}).in_doubt; }

    keys::temporary_directory scratch{std::filesystem::temp_directory_path()};
    test::keyring people;
    const std::string a = people.make_key("Ann <ann@example.org>"), b = people.make_key("Bob <bob@example.org>");
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
    EXPECT_TRUE(reread.fresh->certificates->find_entry(a, {}).stored->cert.disabled);
    EXPECT_FALSE(live->certificates->find_entry(b, {}).stored->cert.disabled);
    live = reread.fresh;
    keys::remove_file(file_of(b));
    reread = read_keys_anew(*live);
    ASSERT_NE(reread.fresh, nullptr);
    EXPECT_THAT(reread.changes.removed, ElementsAre(b));
    EXPECT_THAT(reread.changes.changed, IsEmpty());
    EXPECT_EQ(reread.fresh->certificates->count(), 1U);
}

TEST_F(LiveKeys, WhatCannotBeReadStaysAndIsToldOnce) {
    keys::replace_file(file_of(a), "hello");
    const auto reread = read_keys_anew(*live);
    ASSERT_NE(reread.fresh, nullptr);
    EXPECT_TRUE(reread.changes.none());
    EXPECT_THAT(reread.news, ElementsAre(HasSubstr("stays as it was")));
    EXPECT_EQ(reread.fresh->certificates->count(), 2U);
    EXPECT_THAT(read_keys_anew(*reread.fresh).news, IsEmpty());
    std::filesystem::remove_all(directory());
    EXPECT_TRUE(read_keys_anew(*live).changes.none());
}

TEST_F(LiveKeys, ADirectoryThatIsGoneTakesNothingAwayAndIsToldOnce) {
    std::filesystem::rename(directory(), scratch.path() / "away");
    const auto lost = read_keys_anew(*live);
    ASSERT_TRUE(lost.fresh);
    EXPECT_TRUE(lost.changes.none());
    EXPECT_THAT(lost.news, SizeIs(1));
    EXPECT_EQ(lost.fresh->certificates->count(), 2U);
    live = lost.fresh;
    EXPECT_TRUE(is_in_doubt("nobody@example.org"));
    EXPECT_FALSE(read_keys_anew(*live).fresh);
    EXPECT_FALSE(std::filesystem::exists(directory()));

    std::filesystem::rename(scratch.path() / "away", directory());
    const auto back = read_keys_anew(*live);
    ASSERT_TRUE(back.fresh);
    EXPECT_TRUE(back.changes.none());
    EXPECT_THAT(back.news, IsEmpty());
    live = back.fresh;
    EXPECT_FALSE(is_in_doubt("nobody@example.org"));
}

// A disk that is full, say: gpg is asked once all the same.
TEST_F(LiveKeys, AnIndexThatCannotBeWrittenIsMadeInMemoryAndGoesOn) {
    std::filesystem::remove(scratch.path() / "keys.index");
    std::filesystem::create_directory(scratch.path() / "keys.index");
    const auto first = read_keys_anew(*live);
    ASSERT_EQ(live->certificates->count(), 2U);
    live = first.fresh ? first.fresh : live;
    EXPECT_FALSE(read_keys_anew(*live).fresh);
    keys::remove_file(file_of(b));
    EXPECT_THAT(read_keys_anew(*live).changes.removed, ElementsAre(b));
}

} // namespace
} // namespace sealgate::milter
