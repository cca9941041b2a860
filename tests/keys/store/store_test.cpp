// The store keeps what was imported, whatever happens to its files. What it reads again: reread_test.cpp.
#include "keys/openpgp/armor.hpp"
#include "keys/sealing/seal.hpp"
#include "keys/store/store.hpp"
#include "tests/keys/store/empty_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sealgate::keys {
namespace {

using policy::key_state;

TEST_F(Store, EmptyHasNothing) {
    const auto contents = load(make_store());
    EXPECT_TRUE(contents.certificates.empty());
    EXPECT_TRUE(contents.problems.empty());
}

TEST_F(Store, ImportKeepsOneFileACertificate) {
    const auto ann = people.make_key("Ann Example <Ann@Example.org>");
    const auto bob = people.make_key("Bob <bob@example.org>");
    const auto keys = make_store();
    const auto report = keys.import(people.export_certificate(ann) + people.export_certificate(bob));
    EXPECT_EQ(changes(report), "added added ");
    EXPECT_TRUE(report->problems.empty());
    EXPECT_EQ(read_file(file_of(ann)), people.export_certificate(ann));
    EXPECT_EQ(std::filesystem::status(file_of(ann)).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_EQ(std::filesystem::status(keys.directory()).permissions(), std::filesystem::perms::owner_all);

    const auto contents = load(keys);
    EXPECT_TRUE(contents.problems.empty());
    ASSERT_EQ(contents.certificates.size(), 2u);
    const auto& loaded = *std::ranges::find_if(contents.certificates, [&](const auto& c) { return c.cert.fingerprint == ann; });
    EXPECT_EQ(*loaded.binary, read_file(file_of(ann)));
    EXPECT_EQ(loaded.cert.user_ids, std::vector<std::string>{"Ann Example <Ann@Example.org>"});
    EXPECT_EQ(loaded.cert.addresses, std::vector<std::string>{"ann@example.org"});
    EXPECT_EQ(state_at(loaded.cert, now()), key_state::usable);
    EXPECT_EQ(recipient_for(loaded, now()).key_id, people.last_key_id(ann));
}

TEST_F(Store, ArmorOfSeveralCertificatesInATextIsImported) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto bob = people.make_key("Bob <bob@example.org>");
    const auto text = "My key:\n\n" + armored_certificate(people, ann) + "\nand Bob's\n" + armored_certificate(people, bob);
    EXPECT_EQ(changes(make_store().import(text)), "added added ");
}

TEST_F(Store, SecretKeysAreRefusedAndNeverWritten) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto bob = people.make_key("Bob <bob@example.org>");
    const auto secret = people.export_secret_key(ann);
    auto disguised = secret;
    for (auto at = disguised.find("PRIVATE"); at != std::string::npos; at = disguised.find("PRIVATE"))
        disguised.replace(at, 7, "PUBLIC");
    const auto keys = make_store();
    for (const auto& file :
         {secret, disguised, armored_certificate(people, bob) + secret, read_armor(secret).blocks.at(0).data}) {
        const auto report = keys.import(file);
        ASSERT_FALSE(report);
        EXPECT_TRUE(report.error().starts_with("holds a secret key")) << report.error();
    }
    EXPECT_TRUE(load(keys).certificates.empty());
}

TEST_F(Store, WhatIsNoCertificateIsRefused) {
    const auto keys = make_store();
    for (const auto& file : {std::string(""), std::string("hello"), std::string("\x99\x01"), std::string(1000, '\xFF'),
                             people.gpg_with_input("--store", "hello")})
        EXPECT_FALSE(keys.import(file));
    EXPECT_FALSE(std::filesystem::exists(keys.directory()));
    EXPECT_TRUE(load(keys).certificates.empty());
}

TEST_F(Store, UnknownKeyVersionsAreNamed) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto version6 = "\xC6\x2A\x06" + std::string(41, 'x') +
                          "\xCD\x05"
                          "v@6.x";
    const auto keys = make_store();
    const auto report = keys.import(people.export_certificate(ann) + version6);
    EXPECT_EQ(changes(report), "added ");
    ASSERT_EQ(report->problems.size(), 1u);
    EXPECT_TRUE(report->problems[0].ends_with(
        " was not taken: gpg here cannot read such keys, and it has no user id that could be told"))
        << report->problems[0];
    EXPECT_EQ(keys.import(version6)->problems, report->problems);
}

TEST_F(Store, CertificateWithoutAUserIdIsNotTakenSilently) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto whole = people.export_certificate(ann);
    const auto primary_alone = whole.substr(0, whole.find("\xB4\x15"
                                                          "Ann"));
    const auto report = make_store().import(primary_alone);
    ASSERT_TRUE(report) << report.error();
    EXPECT_TRUE(report->certificates.empty());
    EXPECT_EQ(report->problems,
              std::vector<std::string>{ann + " was not taken: it has no user id, so that nobody's mail would find it"});
}

TEST_F(Store, ImportAgainChangesNothing) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto keys = make_store();
    EXPECT_EQ(changes(keys.import(people.export_certificate(ann))), "added ");
    EXPECT_EQ(changes(keys.import(people.export_certificate(ann))), "unchanged ");
}

TEST_F(Store, RevocationWinsAndIsNotLost) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto before = people.export_certificate(ann);
    const auto keys = make_store();
    EXPECT_EQ(changes(keys.import(before)), "added ");
    people.revoke(ann);
    EXPECT_EQ(changes(keys.import(people.export_certificate(ann))), "updated ");
    EXPECT_EQ(state_of(keys, "ann@example.org"), key_state::revoked);
    EXPECT_EQ(changes(keys.import(before)), "unchanged ");
    EXPECT_EQ(state_of(keys, "ann@example.org"), key_state::revoked);
}

TEST_F(Store, RevocationByItselfFindsItsCertificate) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto bob = people.make_key("Bob <bob@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.export_certificate(ann) + people.export_certificate(bob)));
    EXPECT_EQ(changes(keys.import(people.revocation_of(ann))), "updated ");
    EXPECT_EQ(state_of(keys, "ann@example.org"), key_state::revoked);
    EXPECT_EQ(state_of(keys, "bob@example.org"), key_state::usable);
}

TEST_F(Store, MergingKeepsWhatEitherHas) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto before = people.export_certificate(ann);
    people.gpg("--quick-add-uid " + ann + " 'Ann <ann@example.net>'");
    const auto keys = make_store();
    EXPECT_EQ(changes(keys.import(people.export_certificate(ann))), "added ");
    EXPECT_EQ(changes(keys.import(before)), "unchanged ");
    EXPECT_EQ(state_of(keys, "ann@example.net"), key_state::usable);
}

TEST_F(Store, StatesAreWhatGpgWouldSay) {
    people.make_key("Good <good@example.org>");
    people.make_expired_key("Old <expired@example.org>");
    people.revoke(people.make_key("Gone <revoked@example.org>"));
    people.make_sign_only_key("Sig <signing@example.org>");
    people.make_key_with_expired_subkey("Sub <subkey-expired@example.org>");
    people.make_key_with_revoked_subkey("Sub <subkey-revoked@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.gpg("--export")));
    EXPECT_EQ(state_of(keys, "good@example.org"), key_state::usable);
    EXPECT_EQ(state_of(keys, "expired@example.org"), key_state::expired);
    EXPECT_EQ(state_of(keys, "revoked@example.org"), key_state::revoked);
    EXPECT_EQ(state_of(keys, "signing@example.org"), key_state::not_for_encryption);
    EXPECT_EQ(state_of(keys, "subkey-expired@example.org"), key_state::expired);
    EXPECT_EQ(state_of(keys, "subkey-revoked@example.org"), key_state::revoked);
    EXPECT_EQ(state_of(keys, "ood@example.org"), key_state::missing);
}

TEST_F(Store, RevokedUserIdIsNoAddress) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    people.gpg("--quick-add-uid " + ann + " 'Ann <ann@example.net>'");
    people.gpg("--quick-revoke-uid " + ann + " 'Ann <ann@example.net>'");
    const auto keys = make_store();
    const auto report = keys.import(people.export_certificate(ann));
    ASSERT_TRUE(report && report->problems.empty()) << (report ? testing::PrintToString(report->problems) : report.error());
    EXPECT_EQ(state_of(keys, "ann@example.org"), key_state::usable);
    EXPECT_EQ(state_of(keys, "ann@example.net"), key_state::missing);
}

TEST_F(Store, UserIdThatTheKeyDidNotSignIsNoAddress) {
    const auto eve = people.make_key("Eve <eve@example.org>");
    const std::string added = "Bob <bob@example.org>";
    const auto forged = people.export_certificate(eve) + "\xCD" + static_cast<char>(added.size()) + added;
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(forged));
    EXPECT_EQ(state_of(keys, "bob@example.org"), key_state::missing);
    replace_file(file_of(eve), forged);
    EXPECT_EQ(state_of(keys, "bob@example.org"), key_state::missing);
    EXPECT_EQ(state_of(keys, "eve@example.org"), key_state::usable);
}

TEST_F(Store, OfSeveralCertificatesTheNewestUsableIsTaken) {
    const auto keys = make_store();
    const auto [old, fresh] = old_and_new_of_ann(keys);
    const auto all = keys.open(reading::all).certificates;
    ASSERT_NE(all->find("ann@example.org", now()).stored, nullptr);
    EXPECT_EQ(all->find("ann@example.org", now()).stored->cert.fingerprint, fresh);
    const time_point of_2021 = std::chrono::sys_days(std::chrono::year(2021) / 1 / 1);
    EXPECT_EQ(all->find("ann@example.org", of_2021).stored->cert.fingerprint, old);
}

TEST_F(Store, BadFilesAreReportedAndTheRestIsUsed) {
    std::string all;
    std::vector<std::string> good;
    for (const auto* name : {"a", "b", "c", "d", "e"})
        good.push_back(people.make_key(std::string(name) + " <" + name + "@example.org>"));
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.gpg("--export")));
    std::ranges::sort(good);

    replace_file(file_of(good[0]), "hello");
    replace_file(file_of(good[1]), people.export_certificate(good[2]));               // another's certificate
    replace_file(file_of(good[3]), people.export_certificate(good[3]).substr(0, 60)); // cut inside a packet
    replace_file(file_of(std::string(40, 'A')), "\xC6\x06\x04garba");                 // a packet gpg cannot read
    replace_file(file_of(std::string(40, 'B')), "");
    replace_file(file_of(std::string(40, 'C')), people.gpg("--export")); // several
    replace_file(file_of(std::string(40, 'D')), read_armor(people.export_secret_key(good[4])).blocks.at(0).data);
    replace_file(keys.directory() / "notes.txt", "not a certificate, and not meant to be");
    remove_file(keys.directory().string() + ".index"); // which would know what they were

    const auto contents = load(keys);
    std::vector<std::string> loaded;
    for (const auto& stored : contents.certificates) loaded.push_back(stored.cert.fingerprint);
    EXPECT_EQ(loaded, (std::vector{good[2], good[4]}));
    EXPECT_EQ(contents.problems.size(), 7u) << testing::PrintToString(contents.problems);
    EXPECT_TRUE(std::ranges::any_of(contents.problems,
                                    [](const auto& p) { return p.ends_with("it holds more than one certificate"); }));
    EXPECT_EQ(
        std::ranges::count_if(contents.problems, [&](const auto& p) { return p.contains("it is the certificate " + good[2]); }),
        1);
}

TEST_F(Store, ImportRepairsABrokenFile) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    replace_file(file_of(ann), "hello");
    EXPECT_EQ(changes(keys.import(people.export_certificate(ann))), "updated ");
    EXPECT_EQ(state_of(keys, "ann@example.org"), key_state::usable);
}

TEST_F(Store, SwappedFilesAreNotUsed) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto bob = people.make_key("Bob <bob@example.org>");
    const auto keys = make_store();
    make_private_directory(keys.directory());
    replace_file(file_of(ann), people.export_certificate(bob));
    replace_file(file_of(bob), people.export_certificate(ann));
    EXPECT_TRUE(load(keys).certificates.empty());
    EXPECT_EQ(load(keys).problems.size(), 2u);
}

TEST_F(Store, DisabledIsRememberedAndCanBeUndone) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    EXPECT_EQ(keys.set(ann, availability::disabled), ann);
    EXPECT_EQ(state_of(keys, "ann@example.org"), key_state::disabled);
    EXPECT_EQ(changes(keys.import(people.export_certificate(ann))), "unchanged ");
    EXPECT_EQ(state_of(keys, "ann@example.org"), key_state::disabled);
    EXPECT_EQ(keys.set(ann.substr(20), availability::enabled), ann);
    EXPECT_EQ(state_of(keys, "ann@example.org"), key_state::usable);
}

TEST_F(Store, RemoveTakesAFingerprintOrItsEnd) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    ASSERT_TRUE(keys.set(ann, availability::disabled));
    EXPECT_EQ(keys.remove(ann.substr(25)).error(), "give the fingerprint, or at least its last 16 digits");
    EXPECT_EQ(keys.remove(std::string(16, '0')).error(), "there is no such certificate");
    const auto other = std::string(24, 'F') + ann.substr(24);
    replace_file(file_of(other), "x");
    EXPECT_EQ(keys.remove(ann.substr(24)).error(), "more than one certificate ends with these digits");
    EXPECT_EQ(keys.remove("  " + ann.substr(0, 20) + " " + ann.substr(20)), ann);
    EXPECT_FALSE(std::filesystem::exists(file_of(ann)));
    EXPECT_FALSE(std::filesystem::exists(keys.directory() / (ann + ".disabled")));
}

TEST_F(Store, NothingIsLeftBehind) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    (void)load(keys);
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(keys.directory())) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    EXPECT_EQ(names, (std::vector<std::string>{".lock", ann + ".pgp"}));
}

TEST_F(Store, SealsToWhatItHolds) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    const auto found = keys.open(reading::all).certificates->find("ann@example.org", now());
    ASSERT_EQ(found.state, key_state::usable);
    sealer seals({.scratch = directory.path()});
    const auto sealed = seals.seal({"\r\nhello\r\n"}, {recipient_for(*found.stored, now())});
    ASSERT_TRUE(sealed) << sealed.error().text;
    EXPECT_EQ(people.decrypt(*sealed), "\r\nhello\r\n");
}

// A gpg that fails must not look like certificates that are no good: mail would be refused for want of keys.
TEST_F(Store, AGpgThatFailsIsNotTheCertificatesFault) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    ASSERT_TRUE(make_store().import(people.export_certificate(ann)));
    const auto broken = directory.path() / "gpg";
    for (const std::string when : {"--encrypt", "--import"}) {
        replace_file(broken,
                     "#!/bin/sh\nfor one in \"$@\"; do case $one in " + when +
                         "*) echo '[GNUPG:] FAILURE x 28' >&2; exit 2;; esac; done\nexec /usr/bin/gpg \"$@\"\n",
                     0700);
        const store keys(directory.path() / "keys", {.program = broken, .scratch = {}, .deadline = std::chrono::minutes(1)});
        EXPECT_THROW(load(keys), gpg_broken) << when;
    }
}

TEST_F(Store, WhatCannotBeAnnouncedIsNotChanged) {
    const auto keys = make_store();
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto bob = people.make_key("Bob <bob@example.org>");
    const auto fails = [](const auto&) { throw std::runtime_error("the disk is full"); };
    EXPECT_THROW((void)keys.import(people.export_certificate(ann), fails), std::runtime_error);
    EXPECT_EQ(state_of(keys, "ann@example.org"), key_state::missing);
    std::vector<std::string> told;
    ASSERT_TRUE(keys.import(people.gpg("--export"), [&](const import_report& of) {
        for (const auto& one : of.certificates) told.push_back(one.cert.fingerprint);
        EXPECT_EQ(state_of(keys, "ann@example.org"), key_state::missing) << "it is not in force yet";
    }));
    EXPECT_EQ(told, (std::vector{std::min(ann, bob), std::max(ann, bob)}));
    EXPECT_THROW((void)keys.set(ann, availability::disabled, fails), std::runtime_error);
    EXPECT_THROW((void)keys.remove(ann, fails), std::runtime_error);
    EXPECT_EQ(state_of(keys, "ann@example.org"), key_state::usable);
}

} // namespace
} // namespace sealgate::keys
