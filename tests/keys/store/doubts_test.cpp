// Whose mail waits for files in the store that are not used.
#include "keys/base/files.hpp"
#include "keys/certificates/transferable_key.hpp"
#include "keys/certificates/unproved.hpp"
#include "keys/openpgp/packets.hpp"
#include "keys/store/store.hpp"
#include "tests/keys/support/store_contents.hpp"
#include "tests/keys/support/test_keyring.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sealgate::keys {
namespace {

using test::keyring;

class StoreDoubts : public testing::Test {
protected:
    std::filesystem::path file_of(const std::string& fingerprint) const { return keys.directory() / (fingerprint + ".pgp"); }
    std::string added() {
        const auto ann = people.make_key("Ann <ann@example.org>");
        EXPECT_TRUE(keys.import(people.export_certificate(ann)));
        return ann;
    }
    // Whether mail to them waits; "ann" and "bob" of example.org. Nobody knows what the files were.
    std::string in_doubt() {
        remove_file(keys.directory().string() + ".index");
        const auto opened = keys.open(reading::all);
        problems = opened.problems;
        std::string out;
        for (const std::string who : {"ann", "bob"})
            if (opened.certificates->find(who + "@example.org", now()).in_doubt) out += (out.empty() ? "" : " ") + who;
        return out;
    }

    temporary_directory directory{std::filesystem::temp_directory_path()};
    keyring people;
    store keys{directory.path() / "keys", {}};
    std::vector<std::string> problems;
};

TEST_F(StoreDoubts, ADamagedCertificateLeavesADoubtAboutItsAddressAlone) {
    const auto ann = added();
    const auto whole = read_file(file_of(ann));
    replace_file(file_of(ann), whole.substr(0, whole.size() - 40));
    replace_file(file_of(std::string(40, 'A')), "somebody's notes");
    EXPECT_EQ(in_doubt(), "ann");
    EXPECT_EQ(problems.size(), 2u);
}

TEST_F(StoreDoubts, AFileThatCannotBeReadLeavesADoubtAboutEverybody) {
    make_private_directory(keys.directory());
    std::filesystem::create_symlink("/proc/self/mem", file_of(std::string(40, 'B'))); // reading it is an error, also for root
    EXPECT_EQ(in_doubt(), "ann bob");
    EXPECT_EQ(problems.size(), 1u);
}

TEST_F(StoreDoubts, ADirectoryWhereACertificateShouldBeLeavesADoubtAboutEverybody) {
    make_private_directory(keys.directory());
    std::filesystem::create_directory(file_of(std::string(40, 'B')));
    EXPECT_EQ(in_doubt(), "ann bob");
    EXPECT_EQ(problems.size(), 1u);
}

// What a crash leaves of a file, or a full disk.
TEST_F(StoreDoubts, AFileOfWhichTooLittleIsLeftLeavesADoubtAboutEverybody) {
    const auto ann = added();
    const auto whole = read_file(file_of(ann));
    const auto packets = *walk_packets(whole, most_certificate_packets);
    const auto primary = packets[0].whole.size(), user_id = packets[1].whole.size();
    ASSERT_EQ(packets[1].type, packet_type::user_id);
    const std::pair<const char*, std::string> leftovers[] = {
        {"nothing", ""},
        {"zeros", std::string(whole.size(), '\0')},
        {"its first octet", whole.substr(0, 1)},
        {"half its primary key", whole.substr(0, primary / 2)},
        {"its primary key", whole.substr(0, primary)},
        {"half its user id", whole.substr(0, primary + user_id / 2)},
        {"its user id, and half a signature", whole.substr(0, primary + user_id + 20)},
        {"its user id, and zeros", whole.substr(0, primary + user_id) + std::string(100, '\0')},
    };
    for (const auto& [what, left] : leftovers) {
        replace_file(file_of(ann), left);
        EXPECT_EQ(in_doubt(), "ann bob") << what;
        ASSERT_EQ(problems.size(), 1u) << what;
        EXPECT_TRUE(problems[0].starts_with(ann + ".pgp is not used: ")) << problems[0];
        EXPECT_TRUE(problems[0].ends_with("; it may be anybody's, so mail to whoever has no other key waits")) << problems[0];
    }
}

TEST_F(StoreDoubts, WhatIsLeftOfACertificateIsNoNewsForOneInUse) {
    const auto ann = added();
    replace_file(file_of(ann), "");
    const auto opened = keys.open(reading::all).certificates;
    EXPECT_EQ(opened->count(), 1u);
    EXPECT_FALSE(opened->find("bob@example.org", now()).in_doubt);
    ASSERT_TRUE(keys.import(people.export_certificate(ann))) << "whoever has it mends it so";
    EXPECT_EQ(in_doubt(), "");
    EXPECT_TRUE(problems.empty());
}

TEST(CertificateData, ACertificateWithoutUserIdsIsWhole) {
    keyring people;
    const auto whole = people.export_certificate(people.make_key("Ann <ann@example.org>"));
    std::string stripped;
    const auto packets = *walk_packets(whole, most_certificate_packets);
    for (const auto& one : packets)
        if (one.type != packet_type::user_id) stripped += one.whole;
    EXPECT_FALSE(may_lack_user_ids(stripped));
    EXPECT_FALSE(may_lack_user_ids(whole));
    EXPECT_FALSE(may_lack_user_ids("somebody's notes"));
}

TEST_F(StoreDoubts, ACertificateOfTheFutureIsToldAsSuchAndLeavesADoubt) {
    make_private_directory(keys.directory());
    const auto binary = read_file(std::filesystem::path(SEALGATE_CERTIFICATES) / "of-2099.pgp");
    replace_file(file_of(fingerprint_of_key(walk_packets(binary, 10)->front().body)), binary);
    const auto imported = keys.import(binary);
    ASSERT_EQ(imported->problems.size(), 1u);
    EXPECT_NE(imported->problems.front().find("created in the future, on 2099-01-01"), std::string::npos);
    const auto [certificates, said] = keys.open(reading::all);
    ASSERT_EQ(said.size(), 1u);
    EXPECT_NE(said.front().find("created in the future, on 2099-01-01"), std::string::npos) << said[0];
    EXPECT_TRUE(certificates->find("of-2099@partner.example", now()).in_doubt);
    EXPECT_FALSE(certificates->find("bob@example.org", now()).in_doubt);
}

} // namespace
} // namespace sealgate::keys
