// Sealing in process is trusted once gpg has opened what it made, and not a message longer than nothing speaks against it.
#include "keys/base/files.hpp"
#include "keys/rnp/throw_away_key.hpp"
#include "keys/sealing/engine_proof.hpp"
#include "keys/sealing/seal_in_process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sealgate::keys {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class EngineProof : public testing::Test {
protected:
    EngineProof() { prepare_librnp(); }

    gpg_options gpg_here(const std::string& program = "/usr/bin/gpg") const {
        return {.program = program, .scratch = scratch.path(), .deadline = std::chrono::seconds(20)};
    }

    // gpg, but for what it decrypts.
    std::string gpg_that_decrypts_with(const std::string& script) const {
        const auto file = scratch.path() / "fake-gpg";
        replace_file(file,
                     "#!/bin/bash\ncase \" $* \" in *' --decrypt '*) ;; *) exec /usr/bin/gpg \"$@\";; esac\n" + script + "\n",
                     0700);
        return file;
    }

    static seal_recipient recipient(const throw_away_key& of) {
        return {.certificate = std::make_shared<const std::string>(of.certificate),
                .fingerprint = of.fingerprint,
                .subkey = of.subkey,
                .key_id = of.key_id};
    }

    temporary_directory scratch{std::filesystem::temp_directory_path()};
    std::vector<std::string> told;
    engine_trust trust{[this](const std::string& line) { told.push_back(line); }};
    const std::string entity = "Content-Type: text/plain\r\n\r\nthe price is 42\r\n";
};

TEST_F(EngineProof, GivesTheTrustAndLeavesNothingBehind) {
    EXPECT_FALSE(trust.holds());
    prove_engine(trust, gpg_here());
    EXPECT_TRUE(trust.holds());
    prove_engine(trust, gpg_here());
    EXPECT_THAT(told, ElementsAre("sealing in process: proved, and in use"));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch.path())) ADD_FAILURE() << entry.path();
}

// Of the two that it decrypts, the second one is librnp's.
TEST_F(EngineProof, OtherWordsThanWereSealedTakeItAwayForGood) {
    prove_engine(trust, gpg_here(gpg_that_decrypts_with("/usr/bin/gpg \"$@\"; echo and more")));
    EXPECT_FALSE(trust.holds());
    ASSERT_EQ(told.size(), 1u);
    EXPECT_THAT(told[0], HasSubstr("out of use until the next start, and gpg seals instead: gpg opened something else"));
    prove_engine(trust, gpg_here());
    EXPECT_FALSE(trust.holds());
    EXPECT_EQ(told.size(), 1u);
}

TEST_F(EngineProof, WhatGpgCannotOpenTakesItAway) {
    const auto mark = (scratch.path() / "mark").string();
    prove_engine(trust,
                 gpg_here(gpg_that_decrypts_with("[ -e " + mark + " ] && exit 2; : >" + mark + "; exec /usr/bin/gpg \"$@\"")));
    EXPECT_FALSE(trust.holds());
    ASSERT_EQ(told.size(), 1u);
    EXPECT_THAT(told[0], HasSubstr("gpg did not decrypt"));
}

TEST_F(EngineProof, GpgThatOpensNothingAtAllProvesNothing) {
    EXPECT_THROW(prove_engine(trust, gpg_here(gpg_that_decrypts_with("exit 2"))), gpg_broken);
    EXPECT_THAT(told, IsEmpty());
}

TEST_F(EngineProof, GpgThatCannotBeRunProvesNothing) {
    EXPECT_THROW(prove_engine(trust, gpg_here("/nonexistent/gpg")), gpg_broken);
    EXPECT_THAT(told, IsEmpty());
    prove_engine(trust, gpg_here());
    EXPECT_TRUE(trust.holds());
}

TEST_F(EngineProof, IsDueFromTimeToTime) {
    const auto due_in = [&](int messages) {
        int due = 0;
        for (int i = 0; i < messages; ++i) due += trust.proof_is_due() ? 1 : 0;
        return due;
    };
    EXPECT_EQ(due_in(1), 1);
    EXPECT_EQ(due_in(999), 9);
    trust.give();
    EXPECT_EQ(due_in(20'000), 2);
    trust.withdraw("a reason");
    EXPECT_EQ(due_in(20'000), 0);
}

TEST_F(EngineProof, WithoutTrustNothingIsSealed) {
    const auto key = make_throw_away_key();
    in_process_sealer seals(trust);
    EXPECT_FALSE(seals.seal({entity}, {recipient(*key)}));
    trust.give();
    EXPECT_TRUE(seals.seal({entity}, {recipient(*key)}));
    EXPECT_FALSE(seals.seal({entity}, {}));
    EXPECT_FALSE(seals.seal({""}, {recipient(*key)}));
    EXPECT_TRUE(trust.holds());
}

TEST_F(EngineProof, MessageToAnotherKeyThanAskedForEndsIt) {
    auto to = recipient(*make_throw_away_key());
    to.key_id = "0123456789ABCDEF";
    trust.give();
    in_process_sealer seals(trust);
    EXPECT_FALSE(seals.seal({entity}, {to}));
    EXPECT_FALSE(trust.holds());
    EXPECT_THAT(told.back(), HasSubstr("librnp encrypted to other keys than asked for"));
}

TEST_F(EngineProof, CertificateThatLibrnpDoesNotUseEndsNothing) {
    auto to = recipient(*make_throw_away_key());
    to.certificate = std::make_shared<const std::string>("\x99\x01\x0D\x04");
    trust.give();
    in_process_sealer seals(trust);
    EXPECT_FALSE(seals.seal({entity}, {to}));
    EXPECT_TRUE(trust.holds());
}

TEST_F(EngineProof, TwoCertificatesWithOneSubkeyCountOnce) {
    const auto to = recipient(*make_throw_away_key());
    trust.give();
    in_process_sealer seals(trust);
    EXPECT_TRUE(seals.seal({entity}, {to, to}));
    EXPECT_TRUE(trust.holds());
}

} // namespace
} // namespace sealgate::keys
