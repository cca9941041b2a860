// Who removes a certificate, or enables it, leaves a note, where somebody wants to know.
#include "tests/keys/store/empty_store.hpp"

#include <gmock/gmock.h>

namespace sealgate::keys {
namespace {

using policy::key_source;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(Store, WhatSomebodyWishedForIsNotedWhereOthersWantToKnow) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const wish_notes notes(directory.path() / "wishes");
    const auto removal = wish_to_remove(key_source::own), use = wish_to_enable(key_source::own);
    const store keys(directory.path() / "keys", {}, {}, key_source::own, notes);
    EXPECT_THAT(notes.of(removal), IsEmpty());
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    EXPECT_FALSE(keys.remove("0123456789ABCDEF")) << "there is none";
    EXPECT_THAT(notes.of(removal), IsEmpty());
    ASSERT_TRUE(keys.set(ann, availability::disabled));
    EXPECT_THAT(notes.of(use), IsEmpty());
    ASSERT_TRUE(keys.set(ann, availability::enabled));
    EXPECT_THAT(notes.of(use), ElementsAre(ann));
    ASSERT_TRUE(keys.set(ann, availability::disabled));
    EXPECT_THAT(notes.of(use), IsEmpty()) << "that is over";
    ASSERT_TRUE(keys.remove(ann));
    EXPECT_THAT(notes.of(removal), ElementsAre(ann));
    EXPECT_TRUE(notes.has(removal, ann));
    EXPECT_THAT(notes.of(wish_to_remove(key_source::wkd)), IsEmpty());
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    EXPECT_FALSE(notes.has(removal, ann)) << "that is over, too";
    ASSERT_TRUE(keys.remove(ann));
    ASSERT_TRUE(keys.import(people.export_certificate(ann), {}, {ann}));
    EXPECT_TRUE(notes.has(removal, ann)) << "whoever brought it out of use goes by it";
    keys.forget_removal(ann);
    EXPECT_FALSE(notes.has(removal, ann));
    ASSERT_TRUE(keys.remove(ann));
    keys.forget_removal(ann);
    EXPECT_TRUE(notes.has(removal, ann)) << "it is removed";

    ASSERT_TRUE(make_store().import(people.export_certificate(ann)));
    ASSERT_TRUE(make_store().remove(ann));
}

TEST(WishNotes, HaveNamesOfAnyKind) {
    const temporary_directory scratch{std::filesystem::temp_directory_path()};
    const wish_notes notes(scratch.path() / "wishes"), none;
    const auto longest = std::string(300, 'a') + "/../@example.org";
    for (const auto& name : {std::string("@example.org"), longest}) notes.leave(wish_to_unbind, name);
    EXPECT_EQ(notes.of(wish_to_unbind).size(), 2u);
    notes.forget(wish_to_unbind, longest);
    notes.forget(wish_to_unbind, longest);
    EXPECT_THAT(notes.of(wish_to_unbind), ElementsAre("@example.org"));
    none.leave(wish_to_unbind, "x");
    EXPECT_FALSE(none.has(wish_to_unbind, "x"));
    EXPECT_THAT(none.of(wish_to_unbind), IsEmpty());
}

} // namespace
} // namespace sealgate::keys
