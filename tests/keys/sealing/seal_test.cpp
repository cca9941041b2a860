// What is sealed can be opened by each recipient and by nobody else, with AES-256 always.
#include "keys/openpgp/armor.hpp"
#include "keys/openpgp/encrypted_message.hpp"
#include "keys/sealing/read_back.hpp"
#include "keys/sealing/seal.hpp"
#include "tests/keys/support/test_keyring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <thread>

namespace sealgate::keys {
namespace {

using namespace std::chrono_literals;
using test::keyring;
using test::run;

class Seal : public testing::Test {
protected:
    static void SetUpTestSuite() {
        people.emplace();
        ann = people->make_key("Ann <ann@example.org>");
        bob = people->make_key("Bob <bob@example.org>");
        expired = people->make_expired_key("Eve <eve@example.org>");
        sign_only = people->make_sign_only_key("Sig <sig@example.org>");
    }
    static void TearDownTestSuite() { people.reset(); }

    static seal_recipient recipient(const std::string& fingerprint) {
        return {.certificate = std::make_shared<const std::string>(people->export_certificate(fingerprint)),
                .fingerprint = fingerprint,
                .subkey = people->last_subkey(fingerprint),
                .key_id = people->last_key_id(fingerprint)};
    }

    // Of a certificate in tests/certificates, to its last subkey.
    seal_recipient recipient_in_file(const std::string& name) {
        const auto binary = run("sq dearmor " SEALGATE_CERTIFICATES "/" + name + ".asc");
        const auto listed = gpg({.program = "/usr/bin/gpg", .scratch = scratch.path(), .deadline = 60s}).list(binary);
        EXPECT_EQ(listed.size(), 1u) << name;
        return {.certificate = std::make_shared<const std::string>(binary),
                .fingerprint = listed.front().fingerprint,
                .subkey = listed.front().subkeys.back().fingerprint,
                .key_id = listed.front().subkeys.back().key_id};
    }

    sealer make_sealer(const std::filesystem::path& program = "/usr/bin/gpg", std::chrono::milliseconds deadline = 60s) {
        return sealer({.program = program, .scratch = scratch.path(), .deadline = deadline});
    }

    // A program in gpg's place. It answers --version as gpg does, and then does this.
    std::filesystem::path fake_gpg(const std::string& script) {
        const auto file = scratch.path() / "fake-gpg";
        replace_file(
            file, "#!/bin/bash\ncase \" $* \" in *' --version '*) exec /usr/bin/gpg --version;; esac\n" + script + "\n", 0700);
        return file;
    }

    std::string error_of(const std::string& script) {
        auto sealed = make_sealer(fake_gpg(script), 1s).seal({entity}, {recipient(ann)});
        return sealed ? "sealed" : sealed.error().text;
    }

    static inline std::optional<keyring> people;
    static inline std::string ann, bob, expired, sign_only;
    temporary_directory scratch{std::filesystem::temp_directory_path()};
    const std::string entity = "Content-Type: text/plain\r\n\r\nthe price is 42\r\n";
};

TEST_F(Seal, WhatIsSealedComesBackByteForByte) {
    std::string bytes = "Content-Type: application/octet-stream\r\n\r\n";
    for (int i = 0; i < 300'000; ++i) bytes += static_cast<char>(i * 7 % 256);
    const auto sealed = make_sealer().seal({bytes}, {recipient(ann), recipient(bob)});
    ASSERT_TRUE(sealed) << sealed.error().text;
    EXPECT_EQ(people->decrypt(*sealed), bytes);
    EXPECT_EQ(people->decrypt(armor_message(*sealed)), bytes);
}

TEST_F(Seal, NamesExactlyTheRecipientsKeys) {
    const auto sealed = make_sealer().seal({entity}, {recipient(bob)});
    ASSERT_TRUE(sealed) << sealed.error().text;
    const auto message = read_encrypted_message(*sealed);
    ASSERT_TRUE(message) << message.error();
    ASSERT_EQ(message->readers.size(), 1u);
    EXPECT_EQ(message->readers.front().key_id, people->last_key_id(bob));
    EXPECT_EQ(message->seipd_version, 1);
}

TEST_F(Seal, TheSameRecipientTwiceCountsOnce) {
    const auto sealed = make_sealer().seal({entity}, {recipient(ann), recipient(ann)});
    ASSERT_TRUE(sealed) << sealed.error().text;
    EXPECT_EQ(read_encrypted_message(*sealed)->readers.size(), 1u);
}

// Certificates without preferences, of a kind that gpg gives 3DES or CAST5, and such as other programs make.
const char* const odd_certificates[] = {"no-prefs", "dsa-elg-1024", "js-default", "sq"};

TEST_F(Seal, OddCertificatesGetAes256LikeAllOthers) {
    for (const auto* one : odd_certificates) {
        const auto sealed = make_sealer().seal({entity}, {recipient_in_file(one), recipient(ann)});
        ASSERT_TRUE(sealed) << one << ": " << sealed.error().text;
        const auto said = people->gpg_with_input("--status-fd 1 --decrypt", *sealed);
        EXPECT_NE(said.find("DECRYPTION_INFO 2 9"), std::string::npos) << one << ": " << said;
    }
}

// Sequoia refuses 3DES by itself.
TEST_F(Seal, OtherImplementationsReadWhatIsSealedForOddCertificates) {
    const std::vector<std::string> holders{"no-prefs", "js-default", "sq"};
    std::vector<seal_recipient> recipients;
    for (const auto* one : odd_certificates) recipients.push_back(recipient_in_file(one));
    const auto sealed = make_sealer().seal({entity}, recipients);
    ASSERT_TRUE(sealed) << sealed.error().text;
    const auto file = (scratch.path() / "sealed.pgp").string();
    replace_file(file, *sealed);
    for (const auto& holder : holders) {
        const std::string secret = SEALGATE_CERTIFICATES "/secret/" + holder + ".asc";
        // Its option was renamed in version 0.29.
        EXPECT_EQ(run("sq decrypt --recipient-key " + secret + " " + file + " 2>/dev/null || sq decrypt --recipient-file " +
                      secret + " " + file + " 2>/dev/null"),
                  entity)
            << holder;
        EXPECT_EQ(run("rnp --keyfile " + secret + " --output - --decrypt " + file + " 2>/dev/null </dev/null"), entity)
            << holder;
    }
}

TEST_F(Seal, AnotherCipherIsCaught) {
    const auto with = [](const std::string& cipher) { return "exec /usr/bin/gpg --cipher-algo " + cipher + " \"$@\""; };
    EXPECT_EQ(error_of(with("3DES")), "gpg made a session key too short for AES-256");
    EXPECT_EQ(error_of(with("AES")), "gpg made a session key too short for AES-256");
    EXPECT_EQ(error_of(with("TWOFISH")), "gpg did not encrypt with AES-256");
    const auto rsa = recipient_in_file("no-prefs");
    const auto sealed = make_sealer(fake_gpg(with("3DES"))).seal({entity}, {rsa});
    ASSERT_FALSE(sealed);
    EXPECT_EQ(sealed.error().text, "gpg did not encrypt with AES-256");
    EXPECT_EQ(error_of("a=(); for x; do [ \"$before\" = --status-fd ] && x=9; before=$x; a+=(\"$x\"); done\n"
                       "exec 9>/dev/null /usr/bin/gpg \"${a[@]}\""),
              "gpg did not encrypt with AES-256")
        << "one that does not say with which is not believed";
}

TEST_F(Seal, OneSubkeyInTwoCertificatesCountsOnce) {
    const auto old = recipient_in_file("adopt-old"), fresh = recipient_in_file("adopt-new");
    auto adopted = old;
    adopted.subkey = fresh.subkey;
    adopted.key_id = fresh.key_id;
    const auto sealed = make_sealer().seal({entity}, {fresh, adopted, recipient(ann)});
    ASSERT_TRUE(sealed) << sealed.error().text;
    EXPECT_EQ(read_encrypted_message(*sealed)->readers.size(), 2u);
    EXPECT_EQ(problem_with_sealed(*sealed, entity.size(), {adopted, recipient(ann), fresh}, "gpg"), "");
}

TEST_F(Seal, LengthTellsNothingOfTheContent) {
    auto seals = make_sealer();
    const auto zeros = seals.seal({std::string(100'000, '0')}, {recipient(ann)});
    std::string mixed;
    for (std::uint32_t i = 1, x = 1; i <= 100'000; ++i) x = x * 1664525 + 1013904223, mixed += static_cast<char>(x >> 24);
    const auto noise = seals.seal({mixed}, {recipient(ann)});
    ASSERT_TRUE(zeros && noise);
    EXPECT_EQ(zeros->size(), noise->size());
}

TEST_F(Seal, OneBadRecipientMakesAnError) {
    for (const auto& bad : {expired, sign_only}) {
        const auto sealed = make_sealer().seal({entity}, {recipient(ann), recipient(bad)});
        ASSERT_FALSE(sealed);
        EXPECT_NE(sealed.error().text.find(bad), std::string::npos) << sealed.error().text;
    }
    EXPECT_FALSE(make_sealer().seal({entity}, {}));
}

TEST_F(Seal, WhatIsNoCertificateIsAnError) {
    auto broken = recipient(ann);
    for (const auto* bytes : {"", "x", "\x99\x01\x0D\x04"}) {
        broken.certificate = std::make_shared<const std::string>(bytes);
        EXPECT_FALSE(make_sealer().seal({entity}, {broken}));
    }
}

TEST_F(Seal, OtherKeyThanExpectedIsCaught) {
    auto swapped = recipient(ann);
    swapped.key_id = people->last_key_id(bob);
    const auto sealed = make_sealer().seal({entity}, {swapped});
    ASSERT_FALSE(sealed);
    EXPECT_EQ(sealed.error().text, "gpg encrypted to other keys than asked for");
}

TEST_F(Seal, GpgThatEncryptsToAnotherKeyIsCaught) {
    const auto other = people->export_file(bob).string();
    EXPECT_EQ(error_of("a=(); for x; do case \"$x\" in *.pgp) x=" + other +
                       ";; esac; a+=(\"$x\"); done\nexec /usr/bin/gpg \"${a[@]}\""),
              "gpg encrypted to other keys than asked for");
}

TEST_F(Seal, GpgThatAddsAKeyIsCaught) {
    const auto other = people->export_file(bob).string();
    EXPECT_EQ(error_of("exec /usr/bin/gpg -f " + other + " \"$@\""), "gpg encrypted to other keys than asked for");
    EXPECT_EQ(error_of("exec /usr/bin/gpg -F " + other + " \"$@\""), "gpg encrypted to other keys than asked for");
}

TEST_F(Seal, GpgThatDoesNotEncryptIsCaught) {
    struct {
        const char* script;
        const char* error;
    } const cases[] = {
        {"cat", "gpg did not make an encrypted message"},
        {"head -c 100000 /dev/urandom", "gpg did not make an encrypted message"},
        {"exit 0", "gpg did not make an encrypted message"},
        {"/usr/bin/gpg --homedir $PWD/nowhere --store", "gpg did not make an encrypted message"},
        {"exit 2", "gpg did not"},
        {"kill -9 $$", "gpg did not"},
        {"sleep 30", "gpg did not answer in time"},
        {"exec /bin/false", "gpg did not"},
    };
    for (const auto& c : cases) {
        const auto error = error_of(c.script);
        EXPECT_TRUE(error.starts_with(c.error)) << c.script << ": " << error;
    }
}

TEST_F(Seal, TruncatedCiphertextIsCaught) {
    EXPECT_TRUE(error_of("/usr/bin/gpg \"$@\" | head -c 150").starts_with("gpg did not make an encrypted message"));
}

TEST_F(Seal, SomethingBehindTheCiphertextIsCaught) {
    EXPECT_TRUE(error_of("/usr/bin/gpg \"$@\"; printf '\\xcb\\x06b\\0\\0\\0\\0\\0'")
                    .starts_with("gpg did not make an encrypted message: something follows"));
}

TEST_F(Seal, ReadingBackSeesAPassphraseAndAMissingPart) {
    const auto to_ann = recipient(ann);
    const auto options = "--pinentry-mode loopback --passphrase x -r " + ann;
    const auto sealed = people->gpg_with_input(options + " --encrypt", entity);
    EXPECT_EQ(problem_with_sealed(sealed, entity.size(), {to_ann}, "gpg"), "");
    EXPECT_EQ(
        problem_with_sealed(people->gpg_with_input(options + " --symmetric --encrypt", entity), entity.size(), {to_ann}, "gpg"),
        "gpg encrypted to a passphrase too");
    EXPECT_EQ(problem_with_sealed(sealed, 10'000, {to_ann}, "gpg"), "gpg encrypted only a part of the message");
}

TEST_F(Seal, WorkersDoNotDisturbEachOther) {
    const auto to_ann = recipient(ann);
    std::atomic<int> sealed = 0;
    {
        std::vector<std::jthread> workers;
        for (int i = 0; i < 4; ++i)
            workers.emplace_back([&] {
                auto seals = make_sealer();
                for (int j = 0; j < 5; ++j) sealed += seals.seal({entity}, {to_ann}) ? 1 : 0;
            });
    }
    EXPECT_EQ(sealed, 20);
}

TEST_F(Seal, SealerWorksAgainAfterAHang) {
    const auto mark = (scratch.path() / "hung-once").string();
    auto seals = make_sealer(fake_gpg("[ -e " + mark + " ] && exec /usr/bin/gpg \"$@\"\n: >" + mark + "\nexec sleep 60"), 5s);
    EXPECT_FALSE(seals.seal({entity}, {recipient(ann)}));
    const auto sealed = seals.seal({entity}, {recipient(ann)});
    EXPECT_TRUE(sealed) << sealed.error().text;
}

TEST_F(Seal, OneProcessASealAndNoAgent) {
    const auto log = (scratch.path() / "calls").string();
    const auto file = fake_gpg("");
    std::ofstream(file) << "#!/bin/bash\necho \"$*\" >>" << log << "\nexec /usr/bin/gpg \"$@\"\n";
    auto seals = make_sealer(file);
    const auto calls = [&] {
        const auto text = read_file(log);
        return std::ranges::count(text, '\n');
    };
    const auto before = calls();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(seals.seal({entity}, {recipient(ann)}));
    EXPECT_EQ(calls() - before, 3);
    EXPECT_NE(read_file(log).find("--compress-algo=none"), std::string::npos) << read_file(log);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch.path()))
        EXPECT_FALSE(entry.is_socket()) << entry.path();
}

TEST_F(Seal, HomeIsPrivateAndRemoved) {
    {
        const auto seals = make_sealer();
        const auto home = std::filesystem::directory_iterator(scratch.path())->path();
        EXPECT_EQ(std::filesystem::status(home).permissions(), std::filesystem::perms::owner_all);
    }
    EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

TEST_F(Seal, ProgramThatIsNotThereThrows) { EXPECT_THROW(make_sealer("/nonexistent/gpg"), gpg_broken); }

} // namespace
} // namespace sealgate::keys
