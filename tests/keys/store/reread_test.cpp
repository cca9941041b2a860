// What is read again of a store that was read before, what is taken as it was, and what stays though its file is no good.
#include "keys/certificates/unproved.hpp"
#include "keys/openpgp/packets.hpp"
#include "keys/store/store.hpp"
#include "tests/keys/store/empty_store.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fcntl.h>
#include <thread>

namespace sealgate::keys {
namespace {

using policy::key_state;

TEST_F(Store, WhatIsKnownStaysWhereItsFileCannotBeReadAnyMore) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto bob = people.make_key("Bob <bob@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.gpg("--export")));
    replace_file(file_of(ann), "hello");
    std::filesystem::remove(file_of(bob));
    ASSERT_TRUE(keys.set(ann, availability::disabled));
    for (const auto what : {reading::at_once, reading::what_changed, reading::all}) {
        const auto now_known = load(keys, what);
        ASSERT_EQ(now_known.certificates.size(), 1u) << "what was removed is gone";
        EXPECT_EQ(now_known.certificates[0].cert.fingerprint, ann);
        EXPECT_TRUE(now_known.certificates[0].cert.disabled);
        ASSERT_EQ(now_known.problems.size(), 1u);
        EXPECT_TRUE(now_known.problems[0].contains("stays as it was")) << now_known.problems[0];
        EXPECT_NE(keys.open(what).certificates->find("ann@example.org", now()).stored, nullptr);
    }
    remove_file(keys.directory().string() + ".index");
    EXPECT_TRUE(load(keys).certificates.empty()) << "whoever knows nothing has nothing";
}

TEST_F(Store, WhatDidNotChangeIsNotReadAgain) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    ASSERT_TRUE(make_store().import(people.export_certificate(ann)));
    const store without_gpg(make_store().directory(), {.program = "/nonexistent", .scratch = {}});
    EXPECT_EQ(load(without_gpg, reading::what_changed).certificates.size(), 1U);
    EXPECT_THROW(load(without_gpg), gpg_broken) << "another gpg is asked anew";
}

// Each look would cost some runs of gpg, on a gateway with nothing else to do.
TEST_F(Store, WhatGpgCannotReadIsNotReadAgainEither) {
    const std::filesystem::path six = SEALGATE_KEY_FILES "/js-v6-curve25519.asc", later = SEALGATE_CERTIFICATES "/of-2099.pgp";
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(read_file(six)));
    const auto binary = read_file(later);
    replace_file(file_of(fingerprint_of_key(walk_packets(binary, 10)->front().body)), binary);
    const auto before = keys.open(reading::all);
    ASSERT_EQ(before.certificates->count(), 2u);
    const store without_gpg(keys.directory(), {.program = "/nonexistent", .scratch = {}});
    const auto again = without_gpg.open(reading::what_changed, before.certificates.get());
    EXPECT_EQ(again.problems, before.problems);
    EXPECT_TRUE(again.certificates->changes_since(*before.certificates).none());
    EXPECT_TRUE(again.certificates->find("of-2099@partner.example", now()).in_doubt);
}

// By a clock that was behind, or an owner who renews early.
TEST_F(Store, WhatIsMadeLaterThanItWasReadIsReadAgainThen) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    auto known = load(keys).certificates[0];
    EXPECT_EQ(known.read_again, std::nullopt);
    known.cert.addresses = {"still@example.org"};
    for (const auto& [again, address] :
         {std::pair(now() + std::chrono::hours(1), "still@example.org"), std::pair(now(), "ann@example.org")}) {
        known.read_again = again;
        auto index = certificate_index::open_to_write(keys.directory().string() + ".index");
        index.begin();
        index.put(known, stamp_of(file_of(ann)), now());
        index.commit(index.state());
        EXPECT_NE(keys.open(reading::what_changed).certificates->find(address, now()).stored, nullptr) << address;
        EXPECT_EQ(keys.open(reading::what_changed).certificates->all_of("ann@example.org", now()).size(),
                  address[0] == 'a' ? 1U : 0U);
    }
}

TEST_F(Store, WhatStaysIsWeakByThePolicyOfToday) {
    const auto binary = read_file(std::filesystem::path(SEALGATE_CERTIFICATES) / "rsa1024.asc");
    const auto keys = make_store();
    const auto imported = keys.import(binary);
    ASSERT_EQ(changes(imported), "added ");
    const auto& cert = imported->certificates[0].cert;
    EXPECT_EQ(state_at(cert, now()), key_state::weak);
    const store lenient(keys.directory(), {}, {.rsa = 1024, .elgamal = 1024});
    EXPECT_EQ(state_at(load(lenient).certificates[0].cert, now()), key_state::usable);
    replace_file(file_of(cert.fingerprint), "hello");
    EXPECT_EQ(state_at(load(keys).certificates[0].cert, now()), key_state::weak);
}

// `cp` over a file, and an editor, change no directory.
TEST_F(Store, AFileThatIsWrittenInPlaceIsNotUsedBehindTheIndex) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    std::this_thread::sleep_for(std::chrono::milliseconds(1100)); // until what stat(2) says can be relied on
    (void)load(keys);
    const auto before = keys.open(reading::at_once).certificates;
    people.revoke(ann);
    open_file(file_of(ann), O_WRONLY | O_TRUNC).write_all(people.export_certificate(ann));
    const auto behind = before->find("ann@example.org", now());
    EXPECT_EQ(behind.stored, nullptr);
    EXPECT_TRUE(behind.in_doubt);
    EXPECT_EQ(keys.open(reading::what_changed).certificates->find("ann@example.org", now()).state, key_state::revoked);
}

TEST_F(Store, AFileThatIsTouchedIsTheSameAndOneThatIsReplacedGivesNoPlaceToAnOlderOne) {
    const auto keys = make_store();
    const auto [old, fresh] = old_and_new_of_ann(keys);
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    (void)load(keys);
    const auto found = [&] { return keys.open(reading::at_once).certificates->find("ann@example.org", now()); };
    ASSERT_EQ(found().stored->cert.fingerprint, fresh);
    std::filesystem::permissions(file_of(fresh), std::filesystem::perms::owner_all);
    const auto before = keys.open(reading::at_once).certificates;
    EXPECT_EQ(before->find("ann@example.org", now()).stored->cert.fingerprint, fresh) << "somebody copied it, say";
    const auto again = keys.open(reading::at_once).certificates;
    people.revoke(fresh);
    open_file(file_of(fresh), O_WRONLY | O_TRUNC).write_all(people.export_certificate(fresh));
    EXPECT_EQ(again->find("ann@example.org", now()).stored, nullptr);
    EXPECT_TRUE(again->find("ann@example.org", now()).in_doubt);
    EXPECT_EQ(again->all_of("ann@example.org", now()).size(), 2U) << "whose key it is does not change";
    EXPECT_EQ(keys.open(reading::what_changed).certificates->find("ann@example.org", now()).stored->cert.fingerprint, old);
}

TEST_F(Store, WhatIsAddedIsThereWithTheNextCatalogueAndARevocationAtOnce) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto bob = people.make_key("Bob <bob@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    const auto before = keys.open(reading::all).certificates;
    people.revoke(ann);
    ASSERT_TRUE(keys.import(people.gpg("--export")));
    EXPECT_EQ(before->find("bob@example.org", now()).stored, nullptr);
    EXPECT_TRUE(before->of_fingerprint(bob).all.empty());
    EXPECT_EQ(before->find("ann@example.org", now()).state, key_state::revoked);
    const auto next = keys.open(reading::as_indexed, before.get()).certificates;
    EXPECT_EQ(next->find("bob@example.org", now()).state, key_state::usable);
    EXPECT_EQ(next->changes_since(*before).added, std::vector<std::string>{bob});
}

TEST_F(Store, AsIndexedNoFileIsLookedAtAndWhatWasFoundBeforeStays) {
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.export_certificate(people.make_key("Ann <ann@example.org>"))));
    const auto other = people.make_key("Bob <bob@example.org>");
    replace_file(file_of(other), "something of Carol <carol@example.org>");
    const auto before = keys.open(reading::what_changed);
    ASSERT_EQ(before.problems.size(), 1U);
    replace_file(file_of(std::string(40, 'A')), "hello");
    const auto indexed = keys.open(reading::as_indexed, before.certificates.get());
    EXPECT_EQ(indexed.problems, before.problems);
    EXPECT_TRUE(indexed.certificates->find("carol@example.org", now()).in_doubt);
    EXPECT_EQ(keys.open(reading::what_changed).problems.size(), 2U);
    std::filesystem::remove(keys.directory().string() + ".index");
    EXPECT_EQ(keys.open(reading::as_indexed).problems.size(), 2U) << "there is none";
}

TEST_F(Store, TheDigestIsOfWhatIsThereNotOfHowItCame) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto bob = people.make_key("Bob <bob@example.org>");
    const auto keys = make_store();
    const auto digest = [&] { return keys.open(reading::what_changed).certificates->digest(); };
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    const auto of_ann = digest();
    ASSERT_TRUE(keys.import(people.export_certificate(bob)));
    const auto of_both = digest();
    ASSERT_TRUE(keys.set(ann, availability::disabled));
    EXPECT_NE(digest(), of_both);
    ASSERT_TRUE(keys.set(ann, availability::enabled));
    EXPECT_EQ(digest(), of_both);
    std::filesystem::remove(keys.directory().string() + ".index");
    EXPECT_EQ(digest(), of_both) << "made anew";
    ASSERT_TRUE(keys.remove(bob));
    EXPECT_EQ(digest(), of_ann);
}

TEST_F(Store, ARevocationOutlivesItsFile) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto before = people.export_certificate(ann);
    const auto keys = make_store();
    people.revoke(ann);
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    open_file(file_of(ann), O_WRONLY | O_TRUNC).write_all("hello");
    EXPECT_EQ(changes(keys.import(before)), "updated ");
    EXPECT_EQ(state_of(keys, "ann@example.org"), key_state::revoked);
    remove_file(keys.directory().string() + ".index");
    EXPECT_EQ(state_of(keys, "ann@example.org"), key_state::revoked) << "and the file says so again";
}

TEST_F(Store, WhatCameBackAndWentAgainIsGone) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    const auto before = keys.open(reading::all).certificates;
    ASSERT_TRUE(keys.remove(ann));
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    ASSERT_TRUE(keys.remove(ann));
    const auto next = keys.open(reading::what_changed, before.get()).certificates;
    EXPECT_EQ(next->changes_since(*before).removed, std::vector<std::string>{ann});
    EXPECT_FALSE(next->is_same_as(*before));
}

TEST_F(Store, AnIndexThatIsMadeAnewIsComparedByWhatIsInIt) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto bob = people.make_key("Bob <bob@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.gpg("--export")));
    const auto before = keys.open(reading::all).certificates;
    std::filesystem::remove(file_of(ann));
    std::filesystem::remove(keys.directory().string() + ".index");
    const auto next = keys.open(reading::what_changed, before.get()).certificates;
    EXPECT_FALSE(next->is_same_as(*before));
    const auto told = next->changes_since(*before);
    EXPECT_EQ(told.removed, std::vector<std::string>{ann});
    EXPECT_TRUE(told.added.empty());
    EXPECT_TRUE(told.changed.empty());
}

TEST_F(Store, WhereTheIndexCannotBeWrittenTheDirectorySaysWhatIsGoneOrDisabled) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto bob = people.make_key("Bob <bob@example.org>");
    const auto cat = people.make_key("Cat <cat@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.gpg("--export")));
    std::filesystem::remove(file_of(ann));
    ASSERT_TRUE(keys.set(bob, availability::disabled));
    const catalogue behind(
        *certificate_index::open(keys.directory().string() + ".index"), {}, {.problems = {}, .doubts = {.of_all = true}},
        {.files = keys.directory(), .listing = std::make_shared<const store_listing>(list_store(keys.directory()))});
    EXPECT_EQ(behind.find("ann@example.org", now()).stored, nullptr);
    EXPECT_TRUE(behind.find("ann@example.org", now()).in_doubt);
    EXPECT_EQ(behind.find("bob@example.org", now()).state, key_state::disabled);
    EXPECT_EQ(behind.find("cat@example.org", now()).state, key_state::usable);
}

// The disk is slow, or whoever writes was stopped.
TEST_F(Store, AnIndexThatIsBusyLeavesADoubtAndTakesNothingAway) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    const auto before = keys.open(reading::all).certificates;
    {
        sqlite_database other(keys.directory().string() + ".index", sqlite_database::access::write);
        other.run("BEGIN EXCLUSIVE");
        EXPECT_TRUE(before->find("ann@example.org", now()).in_doubt);
        EXPECT_TRUE(before->find_entry(ann, now()).in_doubt);
        EXPECT_THROW(keys.open(reading::what_changed, before.get()), sqlite_error) << "what is in use stays";
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1100)); // it is not asked again at once
    EXPECT_EQ(before->find("ann@example.org", now()).state, key_state::usable);
}

TEST_F(Store, WhatChangedIsToldByWhatWasOpenBefore) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto bob = people.make_key("Bob <bob@example.org>");
    const auto keys = make_store();
    auto told = [&, last = keys.open(reading::all).certificates]() mutable {
        const auto next = keys.open(reading::what_changed, last.get()).certificates;
        const auto out = next->changes_since(*last);
        EXPECT_EQ(next->digest() == last->digest(), out.none());
        last = next;
        return out;
    };
    using fingerprints = std::vector<std::string>;
    ASSERT_TRUE(keys.import(people.gpg("--export")));
    EXPECT_EQ(told().added.size(), 2U);
    EXPECT_TRUE(told().none());
    ASSERT_TRUE(keys.set(ann, availability::disabled));
    EXPECT_EQ(told().changed, fingerprints{ann});
    ASSERT_TRUE(keys.remove(bob));
    (void)load(keys); // somebody else may have looked first
    EXPECT_EQ(told().removed, fingerprints{bob});
    ASSERT_TRUE(keys.import(people.export_certificate(bob)));
    ASSERT_TRUE(keys.remove(bob));
    EXPECT_TRUE(told().none()) << "it came and went";
    ASSERT_TRUE(keys.remove(ann));
    ASSERT_TRUE(keys.import(people.gpg("--export")));
    const auto both = told();
    EXPECT_EQ(both.added, fingerprints{bob});
    EXPECT_EQ(both.changed, fingerprints{ann});
}

} // namespace
} // namespace sealgate::keys
