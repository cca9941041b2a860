// gpg is asked about a certificate once, and again where its answer may be another; and the file that says so may be lost.
#include "keys/store/index.hpp"
#include "keys/store/stored_files.hpp"
#include "tests/keys/store/empty_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

namespace sealgate::keys {
namespace {

class Index : public Store {
protected:
    Index() {
        ann = people.make_key("Ann <ann@example.org>");
        bob = people.make_key("Bob <bob@example.org>");
        people.revoke(bob);
        EXPECT_TRUE(make_store().import(people.gpg("--export")));
        EXPECT_EQ(load(make_store()).certificates.size(), 2u);
    }

    // gpg, as a program that tells how often it was asked about certificates.
    gpg_options counting_gpg(const std::string& remark = {}) const {
        const auto file = directory.path() / "counting-gpg";
        replace_file(file,
                     "#!/bin/bash\n# " + remark + "\ncase \" $* \" in *' --version '*) ;; *) echo >>" + count_file().string() +
                         ";; esac\nexec /usr/bin/gpg \"$@\"\n",
                     0700);
        return {.program = file, .scratch = directory.path()};
    }
    std::ptrdiff_t runs() const {
        return std::filesystem::exists(count_file()) ? std::ranges::count(read_file(count_file()), '\n') : 0;
    }
    // Of gpg, while such a store is loaded by somebody who knows nothing.
    std::ptrdiff_t runs_to_load(const gpg_options& gpg, policy::key_minimum minimum = {}) const {
        const auto before = runs();
        const auto found = load(store(directory.path() / "keys", gpg, minimum));
        EXPECT_EQ(found.certificates.size(), 2u);
        for (const auto& one : found.certificates) EXPECT_EQ(one.cert.revoked, one.cert.fingerprint == bob);
        return runs() - before;
    }
    // Ann's row, as somebody else made it.
    void put(const std::function<void(stored_certificate&)>& change, time_point at = now(), time_point looked_at = {}) const {
        auto stored = load(make_store(), reading::what_changed).certificates;
        std::erase_if(stored, [&](const auto& one) { return one.cert.fingerprint != ann; });
        change(stored.front());
        auto opened = certificate_index::open_to_write(index());
        opened.begin();
        opened.put(stored.front(), opened.file_of(ann)->stamp, at);
        auto state = opened.state();
        state.looked_at = looked_at;
        opened.commit(std::move(state));
    }
    std::filesystem::path count_file() const { return directory.path() / "runs"; }
    std::filesystem::path index() const { return directory.path() / "keys.index"; }

    std::string ann, bob;
};

TEST_F(Index, GpgIsAskedOnce) {
    const auto gpg = counting_gpg();
    EXPECT_GT(runs_to_load(gpg), 0);
    EXPECT_EQ(runs_to_load(gpg), 0);
    EXPECT_EQ(runs_to_load(gpg), 0);
}

TEST_F(Index, WhatIsFoundIsWhatGpgSaid) {
    const auto gpg = counting_gpg();
    const auto fresh = load(store(directory.path() / "keys", gpg)).certificates;
    const auto found = load(store(directory.path() / "keys", gpg)).certificates;
    ASSERT_EQ(found.size(), fresh.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].cert, fresh[i].cert);
        EXPECT_EQ(*found[i].binary, *fresh[i].binary);
        EXPECT_EQ(found[i].read_again, fresh[i].read_again);
    }
}

TEST_F(Index, AnotherGpgIsAskedAnew) {
    EXPECT_GT(runs_to_load(counting_gpg("one")), 0);
    EXPECT_GT(runs_to_load(counting_gpg("two, as an upgrade is")), 0);
    const auto gpg = counting_gpg("three");
    EXPECT_GT(runs_to_load(gpg), 0);
    EXPECT_EQ(runs_to_load(gpg, {.rsa = 4096, .elgamal = 2048}), 0) << "which keys are weak is not gpg's to say";
}

TEST_F(Index, WhatChangedAloneIsAskedAnew) {
    const auto gpg = counting_gpg();
    runs_to_load(gpg);
    people.gpg("--quick-add-uid " + ann + " 'Ann <second@example.org>'");
    replace_file(file_of(ann), people.export_certificate(ann));
    EXPECT_GT(runs_to_load(gpg), 0);
    EXPECT_EQ(runs_to_load(gpg), 0);
    EXPECT_NE(make_store().open(reading::what_changed).certificates->find("second@example.org", now()).stored, nullptr);
}

TEST_F(Index, OctetsThatAreDisabledOrEnabledNeedNoGpg) {
    const auto gpg = counting_gpg();
    runs_to_load(gpg);
    ASSERT_TRUE(make_store().set(ann, availability::disabled));
    EXPECT_EQ(runs_to_load(gpg), 0);
    EXPECT_EQ(make_store().open(reading::what_changed).certificates->find("ann@example.org", now()).state,
              policy::key_state::disabled);
}

TEST_F(Index, FileThatIsDamagedIsMadeAnew) {
    const auto gpg = counting_gpg();
    runs_to_load(gpg);
    const auto whole = read_file(index());
    for (const auto& damaged :
         {std::string("no database"), std::string(), whole.substr(0, whole.size() / 2), std::string(whole.size(), 'x')}) {
        replace_file(index(), damaged);
        runs_to_load(gpg);
        EXPECT_EQ(runs_to_load(gpg), 0) << damaged.size();
    }
}

TEST_F(Index, FileThatCannotBeWrittenIsDoneWithout) {
    const auto gpg = counting_gpg();
    std::filesystem::remove(index());
    std::filesystem::create_directory(index());
    EXPECT_GT(runs_to_load(gpg), 0);
    EXPECT_GT(runs_to_load(gpg), 0);
}

// Root would make what the owner of the directory wants made.
TEST_F(Index, ALinkIsNotFollowed) {
    const auto gpg = counting_gpg();
    std::filesystem::remove(index());
    std::filesystem::create_symlink(directory.path() / "elsewhere", index());
    EXPECT_GT(runs_to_load(gpg), 0);
    EXPECT_GT(runs_to_load(gpg), 0);
    EXPECT_FALSE(std::filesystem::exists(directory.path() / "elsewhere"));
}

TEST_F(Index, WhatGpgRefusesIsAskedAgain) {
    const auto gpg = counting_gpg();
    runs_to_load(gpg);
    put([](stored_certificate& one) { one.cert.subkeys.back().refused = true; });
    EXPECT_GT(runs_to_load(gpg), 0);
    EXPECT_EQ(runs_to_load(gpg), 0);
}

TEST_F(Index, WhatIsRemovedFromTheStoreIsNotInItsFile) {
    ASSERT_TRUE(read_file(index()).contains("ann@example.org"));
    ASSERT_TRUE(make_store().remove(ann));
    EXPECT_FALSE(read_file(index()).contains("ann@example.org"));
}

TEST_F(Index, FileIsPrivate) {
    EXPECT_EQ(std::filesystem::status(index()).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(Index, TimeCounts) {
    const auto gpg = counting_gpg();
    std::this_thread::sleep_for(std::chrono::milliseconds(1100)); // until what stat(2) says can be relied on
    runs_to_load(gpg);
    put([](stored_certificate& one) { one.read_again = now(); });
    EXPECT_GT(runs_to_load(gpg), 0) << "something in it counts from then on";
    EXPECT_FALSE(certificate_index::open(index())->file_of(ann)->stamp.empty()) << "and the file is as it was";
    put([](stored_certificate&) {}, now() + std::chrono::hours(1));
    EXPECT_GT(runs_to_load(gpg), 0) << "the clock was ahead when it was judged";
    EXPECT_EQ(runs_to_load(gpg), 0);
}

// An index is written by whoever looks again and again, and finds out whose clock was wrong.
TEST_F(Index, AClockThatIsBehindItChangesNothing) {
    const auto gpg = counting_gpg();
    runs_to_load(gpg);
    put([](stored_certificate&) {}, now(), now() + std::chrono::hours(1));
    const auto before = read_file(index());
    EXPECT_GT(runs_to_load(counting_gpg("another")), 0);
    EXPECT_EQ(read_file(index()), before);
    (void)load(store(directory.path() / "keys", gpg), reading::what_changed);
    EXPECT_GT(runs_to_load(gpg), 0) << "another gpg it is, meanwhile";
    EXPECT_EQ(runs_to_load(gpg), 0);
}

// A bad disk, say: what can't be read is in doubt, and made anew by the next who looks.
TEST_F(Index, ARowThatIsDamagedIsNoAnswer) {
    const auto gpg = counting_gpg();
    runs_to_load(gpg);
    auto octets = read_file(index());
    const auto at = octets.find("ann@example.org");
    ASSERT_NE(at, octets.npos);
    for (auto here = at; here != octets.npos; here = octets.find("ann@example.org", here + 1)) octets[here + 2] = 'x';
    replace_file(index(), octets);
    const auto opened = make_store().open(reading::what_changed).certificates;
    const auto found = opened->find("anx@example.org", now());
    EXPECT_EQ(found.stored, nullptr);
    EXPECT_TRUE(found.in_doubt);
    EXPECT_NE(make_store().open(reading::at_once).certificates->find("ann@example.org", now()).stored, nullptr);
}

} // namespace
} // namespace sealgate::keys
