// What becomes of the files that people hand in as "the key", from the file to the store.
#include "keys/base/files.hpp"
#include "keys/certificates/key_file.hpp"
#include "keys/gnupg/gpg.hpp"
#include "keys/openpgp/packets.hpp"
#include "keys/store/store.hpp"
#include "tests/keys/support/store_contents.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

using policy::key_state;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string file(const std::string& name) { return read_file(std::filesystem::path(SEALGATE_KEY_FILES) / name); }

constexpr auto plain = "CACEF556DD7FABE65EF2B0DB1582BA78AC564B0B";
constexpr auto revoked = "2DA19FC6D743B4CACA1D4E502B5DC83F33FB56EC";
constexpr auto version_6 = "D90D24EC00128898D6243F08BE729BB911FE7F2D7B3D6EFB38FA129142A7BE90";

class StoreImport : public testing::Test {
protected:
    // "added FINGERPRINT usable address", one for each certificate.
    std::vector<std::string> import(const std::string& bytes) {
        const auto report = keys.import(bytes);
        problems.clear();
        if (!report) return {report.error()};
        problems = report->problems;
        std::vector<std::string> out;
        for (const auto& [cert, what] : report->certificates) {
            const auto* word = what == change::added ? "added " : what == change::updated ? "updated " : "unchanged ";
            out.push_back(word + cert.fingerprint + " " + std::string(name_of(state_at(cert, now()))));
            for (const auto& address : cert.addresses) out.back() += " " + address;
        }
        return out;
    }
    found_key find(const std::string& address) { return keys.open(reading::all).certificates->find(address, now()); }
    // One problem, which says this of the certificate.
    void is_refused(const std::string& name, const std::string& fingerprint, const std::string& why) {
        EXPECT_THAT(import(file(name)), IsEmpty()) << name;
        EXPECT_THAT(problems, ElementsAre(fingerprint + " was not taken: " + why)) << name;
        EXPECT_TRUE(load(keys).certificates.empty());
    }

    temporary_directory directory{std::filesystem::temp_directory_path()};
    store keys{directory.path() / "keys", {}};
    std::vector<std::string> problems;
};

std::string with(const std::string& what, const std::string& fingerprint, const std::string& rest) {
    return what + " " + fingerprint + " " + rest;
}

TEST_F(StoreImport, EachOddShapeIsTheCertificate) {
    for (const auto* name :
         {"plain.asc", "crc-without-eq.asc", "marker-first.gpg", "nbsp.asc", "no-blank.asc", "utf8-bom.asc"}) {
        EXPECT_THAT(import(file(name)), ElementsAre(with("added", plain, "usable plain@partner.example"))) << name;
        EXPECT_THAT(problems, IsEmpty());
        ASSERT_TRUE(keys.remove(plain));
    }
}

TEST_F(StoreImport, OneOfAnotherVersionTakesNoOtherWithIt) {
    for (const auto* name : {"v4-then-v6.asc", "bundle-v5-after.gpg"}) {
        EXPECT_THAT(import(file(name)), testing::Contains(with("added", plain, "usable plain@partner.example"))) << name;
        ASSERT_TRUE(keys.remove(plain));
    }
    const auto v6_first = read_key_file(file("js-v6-curve25519.asc"))->certificates[0].binary +
                          read_key_file(file("plain.asc"))->certificates[0].binary;
    EXPECT_THAT(import(v6_first), testing::Contains(with("added", plain, "usable plain@partner.example")));
}

TEST_F(StoreImport, ARevocationIsTakenThoughGpgWouldDropIt) {
    EXPECT_THAT(import(file("revoked-before.asc")), ElementsAre(with("added", revoked, "usable revoked@partner.example")));
    EXPECT_THAT(import(file("revoked-v4-then-v6.asc")),
                testing::Contains(with("updated", revoked, "revoked revoked@partner.example")));
    EXPECT_EQ(find("revoked@partner.example").state, key_state::revoked);
}

TEST_F(StoreImport, ARevocationIsTakenThoughSomebodySignedTheKeyInAWayThatGpgDoesNotKnow) {
    ASSERT_THAT(import(file("revoked-before.asc")), testing::SizeIs(1));
    const auto with_foreign_signature = read_key_file(file("revoked.asc"))->certificates[0].binary + "\xC2\x03\x06zz";
    EXPECT_THAT(import(with_foreign_signature), ElementsAre(with("updated", revoked, "revoked revoked@partner.example")));
}

// Of version 6, behind a key of version 4: gpg drops the whole file.
const std::string bad_subkey = "\xCE\x3C\x06" + std::string(59, '\0');

TEST_F(StoreImport, OneWithASubkeyThatStopsGpgTakesNoOtherWithItAndIsRevokedNevertheless) {
    const auto whole = read_key_file(file("plain.asc"))->certificates[0].binary;
    const auto before = read_key_file(file("revoked-before.asc"))->certificates[0].binary;
    EXPECT_THAT(import(before + bad_subkey + whole), ElementsAre(with("added", plain, "usable plain@partner.example")));
    EXPECT_THAT(problems, ElementsAre(HasSubstr(std::string(revoked) + " was not taken: gpg cannot read it")));
    ASSERT_THAT(import(before), testing::SizeIs(1));
    const auto after = read_key_file(file("revoked.asc"))->certificates[0].binary;
    EXPECT_THAT(import(after + bad_subkey), ElementsAre(with("updated", revoked, "revoked revoked@partner.example")));
}

TEST_F(StoreImport, ARevocationStaysWhateverComesAfterIt) {
    ASSERT_THAT(import(file("revoked.asc")), testing::SizeIs(1));
    const auto stays = with("unchanged", revoked, "revoked revoked@partner.example");
    const auto before = read_key_file(file("revoked-before.asc"))->certificates[0].binary;
    EXPECT_THAT(import(before), ElementsAre(stays));
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_THAT(import(before + bad_subkey), ElementsAre(stays));
    EXPECT_THAT(problems, ElementsAre(HasSubstr("gpg cannot read what the file has of it")));
}

TEST_F(StoreImport, ARevocationIsTakenByWhoKnowsTheCertificate) {
    ASSERT_THAT(import(file("revoked-before.asc")), testing::SizeIs(1));
    const auto report = keys.import(file("revoked.asc"));
    ASSERT_TRUE(report) << report.error();
    ASSERT_EQ(report->certificates.size(), 1u);
    EXPECT_EQ(report->certificates[0].what, change::updated);
    EXPECT_TRUE(report->certificates[0].cert.revoked);
}

// As old programs name the issuer: by the key id alone.
TEST_F(StoreImport, ARevocationThatTheKeyDidNotSignIsTold) {
    ASSERT_THAT(import(file("plain.asc")), testing::SizeIs(1));
    const std::string forged("\xC2\x19\x03\x05\x20\x5F\0\0\0\x15\x82\xBA\x78\xAC\x56\x4B\x0B\x16\x08\0\0\0\x08\xFF\0\x08\xFF",
                             27);
    EXPECT_THAT(import(forged), ElementsAre(with("unchanged", plain, "usable plain@partner.example")));
    EXPECT_THAT(problems,
                testing::Contains(std::string(plain) + ": its revocation was not taken, since its key did not sign it"));
}

TEST_F(StoreImport, ARevocationThatIsDamagedIsToldAndTakesNothingAway) {
    const auto whole = read_key_file(file("revoked.asc"))->certificates[0].binary;
    const auto packets = walk_packets(whole, most_certificate_packets).value();
    const auto& revocation = packets.at(1);
    const auto begin = static_cast<std::size_t>(revocation.whole.data() - whole.data());
    for (const auto from_end : {std::size_t{1}, std::size_t{40}, std::size_t{95}}) {
        auto damaged = whole;
        damaged[begin + revocation.whole.size() - from_end] ^= 1;
        EXPECT_THAT(import(damaged), ElementsAre(with("added", revoked, "usable revoked@partner.example")));
        EXPECT_THAT(problems, ElementsAre(HasSubstr(std::string(revoked) + ": a revocation in it was not taken"))) << from_end;
        ASSERT_TRUE(keys.remove(revoked));
    }
    EXPECT_THAT(import(whole), ElementsAre(with("added", revoked, "revoked revoked@partner.example")));
    EXPECT_THAT(problems, IsEmpty());
}

TEST_F(StoreImport, OfACertificateThatIsDamagedTheRevocationIsTaken) {
    ASSERT_THAT(import(file("revoked-before.asc")), testing::SizeIs(1));
    auto damaged = file("revoked.asc");
    damaged.at(damaged.find("\n=") - 20) = 'A'; // within its last signature
    EXPECT_THAT(import(damaged), ElementsAre(with("updated", revoked, "revoked revoked@partner.example")));
    EXPECT_THAT(problems, ElementsAre(HasSubstr("its checksum does not fit")));
}

TEST_F(StoreImport, ARevocationByItselfMayComeTwice) {
    EXPECT_THAT(import(file("revoked.rev.asc")), IsEmpty());
    EXPECT_THAT(problems, ElementsAre(HasSubstr("is of no certificate that is here")));
    ASSERT_THAT(import(file("revoked-before.asc") + file("plain.asc")), testing::SizeIs(2));
    EXPECT_THAT(import(file("revoked.rev.asc")), ElementsAre(with("updated", revoked, "revoked revoked@partner.example")));
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_THAT(import(file("revoked.rev.asc")), ElementsAre(with("unchanged", revoked, "revoked revoked@partner.example")));
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_EQ(find("plain@partner.example").state, key_state::usable);
}

TEST_F(StoreImport, ARevocationMayStandBesideItsCertificate) {
    EXPECT_THAT(import(file("revoked-before.asc") + file("revoked.rev.asc")),
                ElementsAre(with("added", revoked, "revoked revoked@partner.example")));
}

TEST_F(StoreImport, EachRefusalSaysWhy) {
    is_refused("nouid.asc", "B4F5F1316774B8D8624F2EB56CF8D03E319A07F7",
               "it has no user id, so that nobody's mail would find it");
    EXPECT_THAT(import(file("detached-sig.asc")), ElementsAre(HasSubstr("the signature of a document")));
    EXPECT_THAT(import(file("to-v6-only.eml")), ElementsAre("holds a message, no certificate"));
    const auto whole = read_key_file(file("plain.asc"))->certificates[0].binary;
    EXPECT_THAT(import(file("future.asc")), IsEmpty());
    EXPECT_THAT(problems, ElementsAre(HasSubstr("it was created in the future")));
    auto forged = whole;
    forged.at(forged.find("Plain")) = 'B';
    EXPECT_THAT(import(forged), IsEmpty());
    EXPECT_THAT(problems, ElementsAre(HasSubstr("none of its user ids has a signature of its own key")));
}

TEST_F(StoreImport, WhatIsWholeIsTakenThoughTheLastIsCutShort) {
    const auto whole = read_key_file(file("plain.asc"))->certificates[0].binary;
    EXPECT_THAT(import(read_key_file(file("revoked-before.asc"))->certificates[0].binary + whole.substr(0, 300)),
                ElementsAre(with("added", revoked, "usable revoked@partner.example")));
    EXPECT_THAT(problems, ElementsAre(HasSubstr("it is cut short")));
}

TEST_F(StoreImport, AddressesAreReadAsPeopleWriteThem) {
    ASSERT_THAT(import(file("uid-mailto.asc") + file("uid-after.asc") + file("no-address.asc")), testing::SizeIs(3));
    EXPECT_EQ(find("mailto@partner.example").state, key_state::usable);
    EXPECT_EQ(find("after@partner.example").state, key_state::usable);
}

TEST_F(StoreImport, WhatGpgCannotReadIsKeptForAddressing) {
    EXPECT_THAT(import(file("js-v6-curve25519.asc")),
                ElementsAre(with("added", version_6, "not-for-encryption js-v6-curve25519@partner.example")));
    EXPECT_THAT(
        import(file("js-v4-curve25519.asc")),
        ElementsAre("added BF3393291508EC127AA83A9C38D2DDA95904F88F not-for-encryption js-v4-curve25519@partner.example"));
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_THAT(import(file("js-v6-curve25519.asc")), ElementsAre(HasSubstr("unchanged")));
    const auto loaded = load(keys);
    EXPECT_THAT(loaded.problems, IsEmpty());
    ASSERT_EQ(loaded.certificates.size(), 2u);
    for (const auto& one : loaded.certificates) EXPECT_TRUE(one.cert.addressing_only) << one.cert.fingerprint;
    EXPECT_EQ(find("js-v6-curve25519@partner.example").state, key_state::not_for_encryption);
    EXPECT_EQ(keys.set(version_6, availability::disabled), version_6);
    EXPECT_EQ(find("js-v6-curve25519@partner.example").state, key_state::disabled);
}

TEST_F(StoreImport, WhatGpgCannotReadLosesNothingByAnotherImport) {
    const auto whole = read_key_file(file("js-v6-curve25519.asc"))->certificates[0].binary;
    ASSERT_THAT(import(whole), testing::SizeIs(1));
    const auto packets = walk_packets(whole, most_certificate_packets);
    ASSERT_TRUE(packets);
    const auto without_subkey =
        whole.substr(0, whole.size() - packets->back().whole.size() - (*packets)[packets->size() - 2].whole.size());
    EXPECT_THAT(import(without_subkey), ElementsAre(HasSubstr("unchanged")));
    EXPECT_EQ(load(keys).certificates.at(0).cert.subkeys.size(), 2u);
}

TEST_F(StoreImport, AFileWithAnotherCertificateThanItsNameSaysIsDoubtedAndNotUsed) {
    const std::string other(40, 'A'), other_of_six(64, 'A');
    make_private_directory(keys.directory());
    replace_file(keys.directory() / (other + ".pgp"), read_key_file(file("plain.asc"))->certificates[0].binary);
    replace_file(keys.directory() / (other_of_six + ".pgp"),
                 read_key_file(file("js-v6-curve25519.asc"))->certificates[0].binary);
    const auto [read, said] = keys.open(reading::all);
    EXPECT_EQ(read->count(), 0U);
    EXPECT_THAT(said, testing::SizeIs(2));
    for (const auto* address : {"plain@partner.example", "js-v6-curve25519@partner.example"})
        EXPECT_TRUE(read->find(address, now()).in_doubt) << address;
    EXPECT_FALSE(read->find("bob@partner.example", now()).in_doubt);
}

TEST_F(StoreImport, MoreThanAFewThatGpgCannotReadCostNoMoreRuns) {
    const auto six = read_key_file(file("js-v6-curve25519.asc"))->certificates[0].binary;
    std::string many;
    for (char c = 0; c < 40; ++c) { // each another key: its time of creation differs
        auto one = six;
        one[6] = c;
        many += one;
    }
    const auto report = keys.import(many);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->certificates.size() + report->problems.size(), 40u);
    EXPECT_EQ(load(keys).certificates.size(), report->certificates.size());
}

// Many are imported in a quicker way than few.
TEST_F(StoreImport, ManyTogetherAreWhatEachIsAlone) {
    const store apart(directory.path() / "apart", {});
    std::string all;
    std::size_t count = 0;
    for (const auto* where : {SEALGATE_CERTIFICATES, SEALGATE_KEY_FILES}) {
        for (const auto& entry : std::filesystem::directory_iterator(where)) {
            const auto read = entry.is_regular_file() ? read_key_file(read_file(entry.path())) : std::unexpected(std::string{});
            if (!read) continue;
            for (const auto& one : read->certificates) {
                (void)apart.import(one.binary);
                all += one.binary;
                ++count;
            }
        }
    }
    ASSERT_GT(count, 50U);
    const auto report = keys.import(all);
    ASSERT_TRUE(report);
    const auto each = load(apart).certificates, together = load(keys).certificates;
    ASSERT_EQ(together.size(), each.size()) << testing::PrintToString(report->problems);
    for (std::size_t i = 0; i < each.size(); ++i) {
        EXPECT_EQ(together[i].cert, each[i].cert);
        EXPECT_EQ(*together[i].binary, *each[i].binary) << each[i].cert.fingerprint;
    }
}

TEST_F(StoreImport, EachIsKeptAsGpgWouldExportIt) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(SEALGATE_CERTIFICATES)) {
        const auto read = entry.is_regular_file() ? read_key_file(read_file(entry.path())) : std::unexpected(std::string{});
        if (!read || read->certificates.size() != 1) continue;
        gpg home({});
        home.import(read->certificates[0].binary);
        const auto exported = home.export_all();
        if (!exported || exported->empty()) continue;
        const store alone(directory.path() / entry.path().filename(), {});
        ASSERT_TRUE(alone.import(read->certificates[0].binary)) << entry.path();
        EXPECT_EQ(*load(alone).certificates.at(0).binary, *exported) << entry.path();
        ++count;
    }
    EXPECT_GT(count, 20U);
}

TEST_F(StoreImport, APartWhoseOnlySignatureIsBadIsNotTaken) {
    const auto whole = read_key_file(file("plain.asc"))->certificates[0].binary;
    std::vector<std::string> taken;
    const auto packets = walk_packets(whole, most_certificate_packets).value();
    for (const auto& one : packets) {
        if (one.type != packet_type::signature) continue;
        auto bad = whole;
        bad[static_cast<std::size_t>(one.whole.data() - whole.data()) + one.whole.size() - 1] ^= 1;
        for (const auto& each : import(bad)) taken.push_back(each);
        (void)keys.remove(plain);
    }
    EXPECT_THAT(taken, ElementsAre(with("added", plain, "not-for-encryption plain@partner.example"))) << "without its subkey";
}

TEST_F(StoreImport, ASubkeyThatGpgDoesNotKnowIsKeptBesideOneThatItKnows) {
    ASSERT_THAT(import(file("x25519-beside-cv25519.pgp")), ElementsAre(HasSubstr(" usable mix@partner.example")));
    ASSERT_THAT(import(file("x25519-subkey.pgp")), ElementsAre(HasSubstr(" not-for-encryption xsub@partner.example")));
    const auto found = find("xsub@partner.example");
    ASSERT_NE(found.stored, nullptr);
    EXPECT_FALSE(found.stored->cert.subkeys.at(1).known_algorithm);
}

} // namespace
} // namespace sealgate::keys
