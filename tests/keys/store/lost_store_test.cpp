// keys/store/store.hpp: what becomes of the certificates in use when the directory is not what it was.
#include "keys/store/store.hpp"
#include "tests/keys/support/store_contents.hpp"
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

    // As somebody sees it who had it open before, or not.
    bool everybody_is_in_doubt(const catalogue* before = nullptr) const {
        return keys.open(reading::all, before).certificates->find("nobody@example.org", {}).in_doubt;
    }
    std::size_t count(const catalogue* before = nullptr) const { return keys.open(reading::all, before).certificates->count(); }
    std::vector<std::string> problems(const catalogue* before = nullptr) const {
        return keys.open(reading::all, before).problems;
    }

    temporary_directory directory{fs::temp_directory_path()};
    test::keyring people;
    std::string ann = people.make_key("Ann <ann@example.org>");
    store keys{directory.path() / "keys", {}};
    fs::path away = directory.path() / "away";
};

TEST_F(LostStore, OnlyAnImportMakesTheDirectory) {
    EXPECT_EQ(count(), 0U);
    EXPECT_THAT(problems(), IsEmpty()) << "there was never anything in it";
    EXPECT_FALSE(everybody_is_in_doubt());
    EXPECT_EQ(keys.remove(ann).error(), "there is no such certificate");
    EXPECT_EQ(keys.set(ann, availability::disabled).error(), "there is no such certificate");
    EXPECT_FALSE(keys.import("hello"));
    EXPECT_TRUE(fs::is_empty(directory.path()));
    fill();
    EXPECT_EQ(count(), 1U);
}

TEST_F(LostStore, WhatIsGoneIsMissedAndTakesNothingAway) {
    fill();
    const auto before = keys.open(reading::all).certificates;
    take_away();
    for (const auto* what : {" is gone", " has nothing in it"}) { // the second: nothing is mounted there
        for (const auto* seen : {before.get(), static_cast<const catalogue*>(nullptr)}) { // who knows nothing finds the note
            EXPECT_THAT(problems(seen), ElementsAre(HasSubstr(keys.directory().string() + what + ", and held certificates")));
            EXPECT_EQ(count(seen), 1U);
            EXPECT_TRUE(everybody_is_in_doubt(seen));
        }
        const auto found = keys.open(reading::at_once, before.get()).certificates->find("ann@example.org", now());
        EXPECT_EQ(found.state, policy::key_state::usable);
        EXPECT_THAT(keys.import(people.export_certificate(ann)).error(), HasSubstr(what));
        EXPECT_FALSE(keys.remove(ann));
        fs::create_directory(keys.directory());
    }
    EXPECT_TRUE(fs::is_empty(keys.directory())) << "a lock would make a store of it";
    bring_back();
    EXPECT_THAT(problems(before.get()), IsEmpty());
    EXPECT_FALSE(everybody_is_in_doubt(before.get()));
}

TEST_F(LostStore, WithoutTheNoteItIsKnownByWhatIsInUse) {
    fill();
    const auto before = keys.open(reading::all).certificates;
    take_away();
    fs::remove(directory.path() / "keys.held");
    EXPECT_EQ(count(before.get()), 1U);
    EXPECT_THAT(problems(), IsEmpty()) << "that is how somebody says that it is meant";
    EXPECT_EQ(count(), 0U);
    EXPECT_TRUE(keys.import(people.export_certificate(ann)));
}

TEST_F(LostStore, FilesThatNoImportBroughtAreNotedToo) {
    keys.note_what_it_holds();
    EXPECT_FALSE(fs::exists(directory.path() / "keys.held")) << "there is nothing to be missed";
    fs::create_directory(keys.directory());
    replace_file(keys.directory() / (ann + ".pgp"), people.export_certificate(ann));
    keys.note_what_it_holds();
    take_away();
    EXPECT_THAT(problems(), SizeIs(1));
}

TEST_F(LostStore, WhatIsEmptiedByHandIsEmpty) {
    fill();
    const auto before = keys.open(reading::all).certificates;
    ASSERT_TRUE(keys.remove(ann));
    EXPECT_EQ(count(before.get()), 0U);
    EXPECT_THAT(problems(before.get()), IsEmpty());
}

TEST_F(LostStore, ADirectoryThatCannotBeReadTakesNothingAway) {
    fill();
    const auto before = keys.open(reading::all).certificates;
    take_away();
    replace_file(keys.directory(), "no directory");
    EXPECT_THAT(problems(before.get()), ElementsAre(HasSubstr("cannot read " + keys.directory().string())));
    EXPECT_EQ(count(before.get()), 1U);
    EXPECT_TRUE(everybody_is_in_doubt(before.get()));
}

} // namespace
} // namespace sealgate::keys
