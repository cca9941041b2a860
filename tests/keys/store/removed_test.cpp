// Who removes a certificate leaves a note, where somebody wants to know.
#include "tests/keys/store/empty_store.hpp"

#include <gmock/gmock.h>

namespace sealgate::keys {
namespace {

using policy::key_source;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(Store, ARemovalIsNotedWhereSomebodyWantsToKnow) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const removal_notes notes(directory.path() / "removed");
    const store keys(directory.path() / "keys", {}, {}, key_source::own, notes);
    EXPECT_THAT(notes.of(key_source::own), IsEmpty());
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    EXPECT_FALSE(keys.remove("0123456789ABCDEF")) << "there is none";
    EXPECT_THAT(notes.of(key_source::own), IsEmpty());
    ASSERT_TRUE(keys.remove(ann));
    EXPECT_THAT(notes.of(key_source::own), ElementsAre(ann));
    EXPECT_TRUE(notes.has(key_source::own, ann));
    EXPECT_THAT(notes.of(key_source::wkd), IsEmpty());
    notes.forget(key_source::own, ann);
    notes.forget(key_source::own, ann);
    EXPECT_FALSE(notes.has(key_source::own, ann));

    ASSERT_TRUE(make_store().import(people.export_certificate(ann)));
    ASSERT_TRUE(make_store().remove(ann));
    EXPECT_THAT(notes.of(key_source::own), IsEmpty()) << "nobody asked for it";
}

} // namespace
} // namespace sealgate::keys
