// The file that people hand in as "the key", in whatever shape, loses nothing that could be used.
#include "keys/base/files.hpp"
#include "keys/certificates/key_file.hpp"
#include "keys/certificates/user_id.hpp"
#include "keys/openpgp/armor.hpp"
#include "keys/openpgp/lenient_armor.hpp"
#include "policy/base/base64.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

namespace sealgate::keys {
namespace {

const std::filesystem::path directory = SEALGATE_KEY_FILES;

std::string file(const std::string& name) { return read_file(directory / name); }

constexpr auto plain = "CACEF556DD7FABE65EF2B0DB1582BA78AC564B0B";
constexpr auto version_6 = "D90D24EC00128898D6243F08BE729BB911FE7F2D7B3D6EFB38FA129142A7BE90";
constexpr auto revoked = "2DA19FC6D743B4CACA1D4E502B5DC83F33FB56EC";

// "FINGERPRINT FINGERPRINT, 1 alone: problem", or the error.
std::string told(std::string_view bytes) {
    const auto read = read_key_file(bytes);
    if (!read) return read.error();
    std::string out;
    for (const auto& piece : read->certificates)
        out += (out.empty() ? "" : " ") + (piece.fingerprint.empty() ? "?" : piece.fingerprint);
    if (!read->revocations.empty()) out += " and " + std::to_string(read->revocations.size()) + " revocation";
    for (const auto& problem : read->problems) out += ": " + problem;
    return out;
}

std::string plain_binary() { return read_key_file(file("plain.asc"))->certificates.at(0).binary; }

TEST(KeyFile, IsReadInWhateverShapeItArrives) {
    for (const auto* name :
         {"plain.asc", "crc-without-eq.asc", "marker-first.gpg", "nbsp.asc", "no-blank.asc", "utf8-bom.asc"}) {
        const auto read = read_key_file(file(name));
        ASSERT_TRUE(read) << name << ": " << read.error();
        ASSERT_EQ(read->certificates.size(), 1u) << name;
        EXPECT_EQ(read->certificates[0].binary, plain_binary()) << name;
        EXPECT_EQ(read->certificates[0].fingerprint, plain);
        EXPECT_TRUE(read->problems.empty()) << name;
    }
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
    return text;
}

std::string in_utf16(std::string_view text, bool little, bool with_mark) {
    std::string out = !with_mark ? "" : little ? "\xFF\xFE" : "\xFE\xFF";
    for (const char c : text) out += little ? std::string{c, '\0'} : std::string{'\0', c};
    return out;
}

TEST(KeyFile, IsReadAsEditorsMailAndWebPagesLeaveIt) {
    const auto armored = file("plain.asc");
    const auto without = [&](std::string_view line) { return replaced(armored, line, ""); };
    const auto checksum = armored.substr(armored.find("\n=") + 1, 6);
    const auto quoted = "> " + replaced(armored, "\n", "\n> ");
    const std::string shapes[] = {
        in_utf16(armored, true, true),
        in_utf16(armored, false, true),
        in_utf16(armored, true, false),
        in_utf16(armored, false, false),
        replaced(armored, "\n", "\r\n"),
        replaced(armored, "\n", "\r"),
        replaced(armored, "\n", "\n\n"),
        replaced(armored, "\n", " \xC2\xA0\n"),
        without("-----END PGP PUBLIC KEY BLOCK-----\n"),
        without(checksum),
        replaced(armored, "\n" + checksum, checksum),
        quoted,
        replaced(armored, "-----BEGIN", "- -----BEGIN"),
        "\xEF\xBB\xBF" + plain_binary(),
        "My key, Gru\xC3\x9F Ann:\n\n" + armored + "\n-- \nAnn\n",
        "\xC3\x9C"
        "bersicht\n" +
            armored,
        replaced(armored, "BLOCK-----\n\n", "BLOCK-----\nVersion: GnuPG v2\nComment: see https://x.org\n\n"),
        armored + file("detached-sig.asc"),
    };
    for (std::size_t i = 0; i < std::size(shapes); ++i)
        EXPECT_EQ(told(shapes[i]), plain) << "shape " << i << ":\n" << shapes[i];
}

TEST(KeyFile, SaysWhatItIsInstead) {
    EXPECT_EQ(told(""), "it is empty");
    EXPECT_EQ(told("hello"), "no OpenPGP data in it");
    EXPECT_EQ(told(file("detached-sig.asc")), "holds the signature of a document or a mail, no certificate");
    EXPECT_EQ(told(file("to-v6-only.eml")), "holds a message, no certificate");
    EXPECT_EQ(told("-----BEGIN CERTIFICATE-----\nMIIB\n"), "it holds an S/MIME (X.509) certificate, no OpenPGP one");
    EXPECT_TRUE(told(std::string("\0\0\0\x20\1\1\0\2KBXf\0\0\0\0", 16)).contains("gpg --export"));
    EXPECT_TRUE(told("\x99\x01").contains("damaged"));
    EXPECT_TRUE(told("ssh-ed25519 AAAA ann").contains("ssh"));
    const auto as_secret = "\xC5" + plain_binary().substr(1); // tag 5 in the new format; the length stays
    EXPECT_TRUE(told(plain_binary() + as_secret).starts_with("holds a secret key"));
}

// Every octet of the data changed once: what signatures do not tell of, the checksum does.
TEST(KeyFile, WhoseChecksumDoesNotFitIsDamaged) {
    const auto armored = file("revoked.asc");
    const auto begin = armored.find("\n\n") + 2;
    const std::string damaged =
        " is damaged: its checksum does not fit. No certificate in it was taken; ask for the file again";
    for (auto at = begin; at < armored.find("\n="); ++at) {
        if (armored[at] == '\n' || armored[at] == '=') continue;
        auto changed = armored;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        if (read_lenient_armor(changed)[0].data == read_lenient_armor(armored)[0].data) continue;
        EXPECT_TRUE(told(changed).ends_with("it" + damaged)) << at << ": " << told(changed);
        const auto read = read_key_file(file("plain.asc") + changed);
        ASSERT_TRUE(read) << read.error();
        EXPECT_EQ(read->certificates.size(), 1u);
        ASSERT_EQ(read->problems.size(), 1u);
        EXPECT_EQ(read->problems[0], "block 2 of it" + damaged);
    }
    EXPECT_EQ(told(replaced(file("plain.asc"), "\n=", "\n=A").erase(file("plain.asc").find("\n=") + 5, 1)), "it" + damaged);
}

TEST(KeyFile, SaysWhatBecameOfItsArmor) {
    const auto armored = file("plain.asc");
    EXPECT_TRUE(told("This is a revocation certificate\n\n:" + file("revoked.rev.asc")).contains("colon before -----BEGIN"));
    EXPECT_TRUE(told(replaced(armored, "\n", " ")).contains("on one line"));
    EXPECT_TRUE(told(replaced(armored, "\n", "")).contains("on one line"));
    EXPECT_TRUE(told(armored.substr(armored.find('\n') + 1)).contains("its first line is missing"));
    EXPECT_TRUE(told(replaced(armored, "-----", "----")).contains("five dashes"));
    EXPECT_TRUE(told(replaced(armored, "\n", "<br>\n")).contains("<br>"));
    EXPECT_TRUE(told(replaced(armored, "\n", "<br/>")).contains("<br>"));
    EXPECT_TRUE(told(text::encode_base64(plain_binary())).contains("base64 alone"));
}

TEST(KeyFile, WhatElseIsInItKeepsNoCertificateBack) {
    const std::string other = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
    EXPECT_EQ(told(other + file("plain.asc")), plain);
    EXPECT_EQ(told(file("plain.asc") + other), plain);
    EXPECT_EQ(told("ssh-ed25519 AAAA ann\n" + file("plain.asc")), plain);
    const auto user_id = "\xCD\x1B" + other.substr(0, 27);
    EXPECT_EQ(told(plain_binary() + user_id), plain);
}

TEST(KeyFile, DataThatEndAsTheirChecksumWouldStayWhole) {
    const auto data = plain_binary() + crc24(plain_binary());
    const auto blocks = read_lenient_armor(armor_message(data));
    ASSERT_EQ(blocks.size(), 1u);
    EXPECT_EQ(blocks[0].data, data);
}

TEST(KeyFile, EachCertificateStandsForItself) {
    EXPECT_EQ(told(file("v4-then-v6.asc")), std::string(plain) + " " + version_6);
    EXPECT_EQ(told(file("revoked-v4-then-v6.asc")), std::string(revoked) + " " + version_6);
    EXPECT_TRUE(told(file("bundle-v5-after.gpg")).starts_with(std::string(plain) + " ")) << told(file("bundle-v5-after.gpg"));
    EXPECT_EQ(told(file("revoked.rev.asc")), " and 1 revocation");
    EXPECT_EQ(read_key_file(file("revoked.rev.asc"))->revocations.at(0).issuer, revoked);
}

TEST(KeyFile, WhatIsCutShortIsToldAndTheRestIsTaken) {
    const auto one = plain_binary();
    for (std::size_t size = 1; size < one.size(); ++size) {
        const auto read = read_key_file(one + one.substr(0, size));
        ASSERT_TRUE(read) << size;
        EXPECT_EQ(read->certificates.at(0).binary, one) << size;
    }
    const auto six = read_key_file(file("js-v6-curve25519.asc"))->certificates.at(0).binary; // packets in the new format
    EXPECT_TRUE(told(six + six.substr(0, 20)).starts_with(std::string(version_6) + ": it is cut short"));
    const auto cut = told(one + one.substr(0, one.size() - 5));
    EXPECT_EQ(cut, std::string(plain) + ": it is cut short or damaged in the certificate " + plain +
                       ", which was not taken, nor what may follow it; ask for the file again");
    EXPECT_TRUE(told(one.substr(0, one.size() - 5)).starts_with("it is cut short"));
}

TEST(KeyFile, WhatFollowsOneThatIsCutShortIsTaken) {
    const auto six = read_key_file(file("js-v6-curve25519.asc"))->certificates.at(0).binary;
    const auto whole = read_key_file(file("revoked.asc"))->certificates.at(0).binary;
    std::size_t all = 0, by_chance = 0; // what was swallowed ends where another packet begins: nobody can see that
    for (const auto& first : {six, plain_binary()})
        for (std::size_t size = 60; size < first.size(); ++size) { // behind its primary key
            const auto read = read_key_file(first.substr(0, size) + whole);
            ++all;
            if (!read || read->certificates.empty() || read->certificates.back().binary != whole) ++by_chance;
        }
    EXPECT_LT(by_chance, all / 20);
    EXPECT_EQ(told(six.substr(0, 300) + whole), std::string(revoked) + ": it is cut short or damaged in the certificate " +
                                                    version_6 + ", which was not taken; ask for the file again");
    const auto broken = armor_message(plain_binary().substr(0, 300));
    EXPECT_EQ(told(file("plain.asc") + broken + file("revoked.asc")),
              std::string(plain) + " " + revoked + ": it is cut short or damaged in the certificate " + plain +
                  ", which was not taken, nor what may follow it in its block; ask for the file again");
}

TEST(KeyFile, ARevocationCountsThoughItsCertificateIsCutShort) {
    const auto whole = read_key_file(file("revoked.asc"))->certificates.at(0).binary;
    const auto read = read_key_file(whole.substr(0, whole.size() - 5));
    ASSERT_TRUE(read) << read.error();
    EXPECT_TRUE(read->certificates.empty());
    ASSERT_EQ(read->revocations.size(), 1u);
    EXPECT_EQ(read->revocations[0].issuer, revoked);
}

TEST(UserId, NamesAnAddressInTheFormsThatPeopleUse) {
    for (const auto* id : {"Ann <ann@x.org>", "<ann@x.org>", "ann@x.org", " Ann@X.org ", "ann@x.org (work)", "mailto:ann@x.org",
                           "MAILTO:ann@x.org", "Ann (work) <ann@x.org>", "\"Ann, of X\" <ann@x.org>", "bob@y.org <ann@x.org>"})
        EXPECT_EQ(address_in_user_id(id), "ann@x.org") << id;
    for (const auto* id : {"", "Ann", "ann@", "@x.org", "write to ann@x.org please", "mailto:ann@x.org?cc=bob@x.org",
                           "(ann@x.org)", "https://x.org/@ann", "ann@x.org, bob@x.org", "ann@x.org>", "Ann ann@x.org (work)"})
        EXPECT_EQ(address_in_user_id(id), "") << id;
}

} // namespace
} // namespace sealgate::keys
