// What is read again of a store that was read before, what is taken as it was, and what stays though its file is no good.
#include "keys/certificates/unproved.hpp"
#include "keys/openpgp/packets.hpp"
#include "keys/store/store.hpp"
#include "tests/keys/store/empty_store.hpp"

#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

using policy::key_state;

TEST_F(Store, WhatIsKnownStaysWhereItsFileCannotBeReadAnyMore) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto bob = people.make_key("Bob <bob@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.gpg("--export")));
    const auto before = keys.load().certificates;
    replace_file(file_of(ann), "hello");
    std::filesystem::remove(file_of(bob));
    ASSERT_TRUE(keys.set(ann, availability::disabled));
    const auto now_known = keys.load(before);
    ASSERT_EQ(now_known.certificates.size(), 1u) << "what was removed is gone";
    EXPECT_EQ(now_known.certificates[0].cert.fingerprint, ann);
    EXPECT_TRUE(now_known.certificates[0].cert.disabled);
    ASSERT_EQ(now_known.problems.size(), 1u);
    EXPECT_TRUE(now_known.problems[0].contains("stays as it was")) << now_known.problems[0];
    EXPECT_TRUE(keys.load().certificates.empty()) << "whoever knows nothing has nothing";
}

TEST_F(Store, WhatDidNotChangeIsNotReadAgain) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    const auto before = keys.load().certificates;
    const store without_gpg(keys.directory(), {.program = "/nonexistent", .scratch = {}});
    EXPECT_EQ(without_gpg.load(before).certificates.at(0).binary, before[0].binary);
    EXPECT_THROW(without_gpg.load(), gpg_broken);
    EXPECT_THROW(without_gpg.load(before, reading::all), gpg_broken) << "a reload asks anew";
}

// Each look would cost some runs of gpg, on a gateway with nothing else to do.
TEST_F(Store, WhatGpgCannotReadIsNotReadAgainEither) {
    const std::filesystem::path six = SEALGATE_KEY_FILES "/js-v6-curve25519.asc", later = SEALGATE_CERTIFICATES "/of-2099.pgp";
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(read_file(six)));
    const auto binary = read_file(later);
    replace_file(file_of(fingerprint_of_key(walk_packets(binary, 10)->front().body)), binary);
    const auto before = keys.load();
    ASSERT_EQ(before.certificates.size(), 2u);
    const auto again = store(keys.directory(), {.program = "/nonexistent", .scratch = {}}).load(before.certificates);
    EXPECT_EQ(again.problems, before.problems);
    EXPECT_EQ(again.doubts.addresses, before.doubts.addresses);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(again.certificates[i].cert, before.certificates[i].cert);
}

// By a clock that was behind, or an owner who renews early.
TEST_F(Store, WhatIsMadeLaterThanItWasReadIsReadAgainThen) {
    const auto ann = people.make_key("Ann <ann@example.org>");
    const auto keys = make_store();
    ASSERT_TRUE(keys.import(people.export_certificate(ann)));
    auto known = keys.load().certificates;
    EXPECT_EQ(known[0].read_again, std::nullopt);
    known[0].read_again = now() + std::chrono::hours(1);
    known[0].cert.addresses = {"still@example.org"};
    EXPECT_EQ(keys.load(known).certificates[0].cert.addresses, known[0].cert.addresses);
    known[0].read_again = now();
    EXPECT_EQ(keys.load(known).certificates[0].cert.addresses, std::vector<std::string>{"ann@example.org"});
}

TEST_F(Store, WhatStaysIsWeakByThePolicyOfToday) {
    const auto binary = read_file(std::filesystem::path(SEALGATE_CERTIFICATES) / "rsa1024.asc");
    const auto keys = make_store();
    const auto imported = keys.import(binary);
    ASSERT_EQ(changes(imported), "added ");
    const auto& cert = imported->certificates[0].cert;
    const store lenient(keys.directory(), {}, {.rsa = 1024, .elgamal = 1024});
    const auto known = lenient.load().certificates;
    EXPECT_EQ(state_at(known[0].cert, now()), key_state::usable);
    replace_file(file_of(cert.fingerprint), "hello");
    EXPECT_EQ(state_at(keys.load(known, reading::all).certificates[0].cert, now()), key_state::weak);
}

} // namespace
} // namespace sealgate::keys
