// keys/store/store.hpp: what becomes of the certificates in use when the directory is not what it was.
#include "keys/store/store.hpp"
#include "tests/keys/support/test_keyring.hpp"

#include <gmock/gmock.h>

namespace sealgate::keys {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class LostStore : public testing::Test {
protected:
    void fill() { ASSERT_TRUE(keys.import(people.export_certificate(ann))); }
    void take_away() { fs::rename(keys.directory(), away); }
    void bring_back() {
        fs::remove(keys.directory());
        fs::rename(away, keys.directory());
    }

    temporary_directory directory{fs::temp_directory_path()};
    test::keyring people;
    std::string ann = people.make_key("Ann <ann@example.org>");
    store keys{directory.path() / "keys", {}};
    fs::path away = directory.path() / "away";
};

TEST_F(LostStore, OnlyAnImportMakesTheDirectory) {
    const auto contents = keys.load();
    EXPECT_THAT(contents.certificates, IsEmpty());
    EXPECT_THAT(contents.problems, IsEmpty()) << "there was never anything in it";
    EXPECT_FALSE(contents.doubts.of_all);
    EXPECT_EQ(keys.remove(ann).error(), "there is no such certificate");
    EXPECT_EQ(keys.set(ann, availability::disabled).error(), "there is no such certificate");
    EXPECT_FALSE(keys.import("hello"));
    EXPECT_FALSE(fs::exists(keys.directory()));
    fill();
    EXPECT_THAT(keys.load().certificates, SizeIs(1));
}

TEST_F(LostStore, WhatIsGoneIsMissedAndTakesNothingAway) {
    fill();
    const auto known = keys.load().certificates;
    take_away();
    for (const auto* what : {" is gone", " has nothing in it"}) { // the second: nothing is mounted there
        const auto contents = keys.load(known);
        EXPECT_THAT(contents.problems, ElementsAre(HasSubstr(keys.directory().string() + what + ", and held certificates")));
        EXPECT_THAT(contents.certificates, SizeIs(1));
        EXPECT_TRUE(contents.doubts.of_all);
        EXPECT_THAT(keys.load().problems, ElementsAre(HasSubstr(what))) << "who knows nothing finds the note";
        EXPECT_TRUE(keys.load().doubts.of_all);
        EXPECT_THAT(keys.import(people.export_certificate(ann)).error(), HasSubstr(what));
        EXPECT_FALSE(keys.remove(ann));
        fs::create_directory(keys.directory());
    }
    EXPECT_TRUE(fs::is_empty(keys.directory())) << "a lock would make a store of it";
    bring_back();
    EXPECT_THAT(keys.load(known).problems, IsEmpty());
    EXPECT_FALSE(keys.load(known).doubts.of_all);
}

TEST_F(LostStore, WithoutTheNoteItIsKnownByWhatIsInUse) {
    fill();
    const auto known = keys.load().certificates;
    take_away();
    fs::remove(directory.path() / "keys.held");
    EXPECT_THAT(keys.load(known).certificates, SizeIs(1));
    EXPECT_THAT(keys.load().problems, IsEmpty()) << "that is how somebody says that it is meant";
    EXPECT_TRUE(keys.import(people.export_certificate(ann)));
}

TEST_F(LostStore, FilesThatNoImportBroughtAreNotedToo) {
    keys.note_what_it_holds();
    EXPECT_FALSE(fs::exists(directory.path() / "keys.held")) << "there is nothing to be missed";
    fs::create_directory(keys.directory());
    replace_file(keys.directory() / (ann + ".pgp"), people.export_certificate(ann));
    keys.note_what_it_holds();
    take_away();
    EXPECT_THAT(keys.load().problems, SizeIs(1));
}

TEST_F(LostStore, WhatIsEmptiedByHandIsEmpty) {
    fill();
    const auto known = keys.load().certificates;
    ASSERT_TRUE(keys.remove(ann));
    const auto contents = keys.load(known);
    EXPECT_THAT(contents.certificates, IsEmpty());
    EXPECT_THAT(contents.problems, IsEmpty());
}

TEST_F(LostStore, ADirectoryThatCannotBeReadTakesNothingAway) {
    fill();
    const auto known = keys.load().certificates;
    take_away();
    replace_file(keys.directory(), "no directory");
    const auto contents = keys.load(known);
    EXPECT_THAT(contents.problems, ElementsAre(HasSubstr("cannot read " + keys.directory().string())));
    EXPECT_THAT(contents.certificates, SizeIs(1));
    EXPECT_TRUE(contents.doubts.of_all);
}

} // namespace
} // namespace sealgate::keys
