// gpg is asked about a certificate once, and again where its answer may be another; and the file that says so may be lost.
#include "keys/store/judgements.hpp"
#include "keys/store/stored_files.hpp"
#include "tests/keys/store/empty_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sealgate::keys {
namespace {

class Judgements : public Store {
protected:
    Judgements() {
        ann = people.make_key("Ann <ann@example.org>");
        bob = people.make_key("Bob <bob@example.org>");
        people.revoke(bob);
        EXPECT_TRUE(make_store().import(people.gpg("--export")));
        EXPECT_EQ(make_store().load().certificates.size(), 2u);
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
        const auto found = store(directory.path() / "keys", gpg, minimum).load();
        EXPECT_EQ(found.certificates.size(), 2u);
        for (const auto& one : found.certificates) {
            EXPECT_EQ(one.cert.revoked, one.cert.fingerprint == bob);
            EXPECT_EQ(one.file, file_of(one.cert.fingerprint));
        }
        return runs() - before;
    }
    std::filesystem::path count_file() const { return directory.path() / "runs"; }
    std::filesystem::path index() const { return directory.path() / "keys.index"; }

    std::string ann, bob;
};

TEST_F(Judgements, GpgIsAskedOnce) {
    const auto gpg = counting_gpg();
    EXPECT_GT(runs_to_load(gpg), 0);
    EXPECT_EQ(runs_to_load(gpg), 0);
    EXPECT_EQ(runs_to_load(gpg), 0);
}

TEST_F(Judgements, WhatIsFoundIsWhatGpgSaid) {
    const auto gpg = counting_gpg();
    const auto fresh = store(directory.path() / "keys", gpg).load().certificates;
    const auto found = store(directory.path() / "keys", gpg).load().certificates;
    ASSERT_EQ(found.size(), fresh.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].cert, fresh[i].cert);
        EXPECT_EQ(*found[i].binary, *fresh[i].binary);
        EXPECT_EQ(found[i].read_again, fresh[i].read_again);
    }
}

TEST_F(Judgements, AnotherGpgOrMinimumIsAskedAnew) {
    EXPECT_GT(runs_to_load(counting_gpg("one")), 0);
    EXPECT_GT(runs_to_load(counting_gpg("two, as an upgrade is")), 0);
    const auto gpg = counting_gpg("three");
    EXPECT_GT(runs_to_load(gpg), 0);
    EXPECT_GT(runs_to_load(gpg, {.rsa = 4096, .elgamal = 2048}), 0);
}

TEST_F(Judgements, WhatChangedAloneIsAskedAnew) {
    const auto gpg = counting_gpg();
    runs_to_load(gpg);
    people.gpg("--quick-add-uid " + ann + " 'Ann <second@example.org>'");
    replace_file(file_of(ann), people.export_certificate(ann));
    EXPECT_GT(runs_to_load(gpg), 0);
    EXPECT_EQ(runs_to_load(gpg), 0);
    EXPECT_NE(key_index(store(directory.path() / "keys", gpg).load().certificates).find("second@example.org", now()).stored,
              nullptr);
}

TEST_F(Judgements, OctetsThatAreDisabledOrEnabledNeedNoGpg) {
    const auto gpg = counting_gpg();
    runs_to_load(gpg);
    ASSERT_TRUE(make_store().set(ann, availability::disabled));
    EXPECT_EQ(runs_to_load(gpg), 0);
    EXPECT_EQ(key_index(store(directory.path() / "keys", gpg).load().certificates).find("ann@example.org", now()).state,
              policy::key_state::disabled);
}

TEST_F(Judgements, FileThatIsDamagedIsMadeAnew) {
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

TEST_F(Judgements, FileThatCannotBeWrittenIsDoneWithout) {
    const auto gpg = counting_gpg();
    std::filesystem::remove(index());
    std::filesystem::create_directory(index());
    EXPECT_GT(runs_to_load(gpg), 0);
    EXPECT_GT(runs_to_load(gpg), 0);
}

// Root would make what the owner of the directory wants made.
TEST_F(Judgements, ALinkIsNotFollowed) {
    const auto gpg = counting_gpg();
    std::filesystem::remove(index());
    std::filesystem::create_symlink(directory.path() / "elsewhere", index());
    EXPECT_GT(runs_to_load(gpg), 0);
    EXPECT_GT(runs_to_load(gpg), 0);
    EXPECT_FALSE(std::filesystem::exists(directory.path() / "elsewhere"));
}

TEST_F(Judgements, WhatGpgRefusesIsAskedAgain) {
    auto stored = make_store().load().certificates;
    const auto octets = read_file(file_of(ann));
    std::erase_if(stored, [&](const auto& one) { return one.cert.fingerprint != ann; });
    stored.front().cert.subkeys.back().refused = true;
    judgements kept(directory.path() / "another.index", "a judge");
    kept.keep(stored, {ann}, now());
    EXPECT_FALSE(kept.find(ann, octets, now()));
}

TEST_F(Judgements, WhatIsRemovedFromTheStoreIsNotInItsFile) {
    ASSERT_TRUE(read_file(index()).contains("ann@example.org"));
    ASSERT_TRUE(make_store().remove(ann));
    EXPECT_FALSE(read_file(index()).contains("ann@example.org"));
}

TEST_F(Judgements, TwoJudgesDoNotDisturbEachOther) {
    const auto gpg = counting_gpg();
    runs_to_load(gpg);
    runs_to_load(gpg, {.rsa = 4096, .elgamal = 2048});
    EXPECT_EQ(runs_to_load(gpg), 0);
    EXPECT_EQ(runs_to_load(gpg, {.rsa = 4096, .elgamal = 2048}), 0);
}

TEST_F(Judgements, FileIsPrivate) {
    EXPECT_EQ(std::filesystem::status(index()).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(Judgements, TimeAndOctetsCount) {
    const auto octets = read_file(file_of(ann));
    auto stored = make_store().load().certificates;
    std::erase_if(stored, [&](const auto& one) { return one.cert.fingerprint != ann; });
    stored.front().read_again = now() + std::chrono::hours(1);
    judgements kept(directory.path() / "another.index", "a judge");
    kept.keep(stored, {ann}, now());
    EXPECT_TRUE(kept.find(ann, octets, now()));
    EXPECT_FALSE(kept.find(ann, octets, now() + std::chrono::hours(1))) << "something in it counts from then on";
    EXPECT_FALSE(kept.find(ann, octets + "x", now()));
    EXPECT_FALSE(kept.find(bob, octets, now()));
    EXPECT_FALSE(kept.find(ann, octets, now() - std::chrono::hours(1))) << "the clock was ahead when it was judged";
    EXPECT_FALSE(judgements(directory.path() / "another.index", "another judge").find(ann, octets, now()));
    kept.keep({}, {bob}, now());
    EXPECT_FALSE(kept.find(ann, octets, now())) << "what is gone is forgotten";
}

} // namespace
} // namespace sealgate::keys
