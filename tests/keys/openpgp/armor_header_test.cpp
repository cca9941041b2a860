// What may stand in armor headers, and what is a letter in them.
#include "keys/openpgp/armor_header.hpp"

#include <gtest/gtest.h>

namespace sealgate::keys {
namespace {

TEST(ArmorHeader, WhatProgramsWriteIsUsual) {
    for (const auto* line : {"Version: GnuPG v2",
                             "Version: GnuPG v1.4.11 (GNU/Linux)",
                             "Version: GnuPG/MacGPG2 v2.0.18 (Darwin)",
                             "Version: OpenPGP.js v4.10.10",
                             "Version: Mailvelope v4.4.1",
                             "Version: FlowCrypt Email Encryption 8.5.6",
                             "Version: ProtonMail",
                             "Version: BCPG v1.60",
                             "Version: PGP Desktop 9.12.0",
                             "Version: iPGMail (2.2.0)",
                             "Version: PGP Universal 3.3.2 (Build 21495)",
                             "Comment: https://gnupg.org",
                             "Version: PGP Desktop 9.9.0 (Build 397) - not licensed for commercial use: www.pgp.com",
                             "Comment: GPGTools - https://gpgtools.org",
                             "Comment: Using GnuPG with Thunderbird - http://www.enigmail.net/",
                             "Comment: Use GnuPG with Firefox : http://getfiregpg.org",
                             "Hash: SHA256",
                             "Hash: SHA1, SHA512",
                             "Charset: utf-8",
                             "Charset: windows-1252",
                             "Version: BCPG v@RELEASE_NAME@",
                             "Version: GopenPGP 2.8.1",
                             "Version: GnuPG v2.0.22-unknown (MingW32)",
                             "Version: FlowCrypt 5.1.8 Gmail Encryption flowcrypt.com",
                             "Comment: Seamlessly send, receive and search encrypted email",
                             "Comment: Using gpg4o v6.0.124.9651",
                             "Comment: 5B77 5359 991F D850 3351  9135 A9B0 E57E 927C F274",
                             "Version: FlowCrypt 6.5.9 Gmail Encryption",
                             "Version: Keybase Go 2.11.0 (linux)",
                             "Version: NetPGP portable 3.99.17/[20101107]",
                             "Version: OpenPGP.js v5.0.0-beta.1",
                             "Version: BCPG v1.64-svn5139",
                             "Comment: https://keybase.io/crypto",
                             "Version: PGPainless",
                             "Version: PGPy v0.5.4",
                             "Version: Crypt::OpenPGP 1.06",
                             "Version: DidiSoft OpenPGP Library for .NET 1.9.2",
                             "Version: PGP Command Line v10.4.0 (Build 94) (Win32)",
                             "Version: BouncyCastle.NET Cryptography (net6.0) v2.4.0+83ebf4a805",
                             "Version: BouncyCastle.NET Cryptography (net461) v2.1.1",
                             "Comment:",
                             "Version: "})
        EXPECT_TRUE(is_usual_armor_header(line)) << line;
}

TEST(ArmorHeader, WordsOfTheSendersOwnAreNot) {
    for (const auto* line : {"",
                             "Version",
                             "Note: GnuPG v2",
                             "Version: the price is 42",
                             "Version: GnuPG v2 the price is 42 million",
                             "Version: GnuPGv2",
                             "Version: GnuPG (the price is forty-two, tell nobody)",
                             "Version: GnuPG (a (b",
                             "Version: GnuPG (",
                             "Comment: the price is 42",
                             "Comment: the price - https://gnupg.org",
                             "Comment: https://gnupg.org is 42",
                             "Comment: GPGTools - the price is 42",
                             "Hash: the price is 42",
                             "Hash: SHA1,SHA256,SHA512,SHA1",
                             "Charset: utf-8 and more",
                             "Version: GnuPG (our price is 42 mill) (minimum: 38 millions)",
                             "Version: PGP price42million min38million",
                             "Version: GnuPG v2 (Darwin) (Darwin)",
                             "Charset: MeetMeAtNine",
                             "Version: PGP v10 (the price) (Win32)",
                             "Version: PGP v10 (Build 94) (Build 95) (Win32)",
                             "Version: BouncyCastle.NET Cryptography (net6.0) the price",
                             "Version: BouncyCastle.NET Cryptography (net) v2",
                             "Version: BouncyCastle.NET Cryptography (net6.0) v2.4.0+deadbeefdeadbeef",
                             "Version: BouncyCastle.NET Cryptography (net6.0",
                             "Version: PGP 42.million.the.price",
                             "Version: PGP 42-million",
                             "Version: PGP 1.0-beta-price",
                             "Comment: https://pgp.com/the-price-is-42-million",
                             "Comment: https://the-price-is-42-million-euros",
                             "Comment: https://gnupg.org/the-price-is-42-million-euros-or-thirty",
                             "Comment: https://x/<img/src=\"https://y/z.png\">",
                             "MessageID: DontTellCarolMeetAtNineHQRoom401"})
        EXPECT_FALSE(is_usual_armor_header(line)) << line;
}

} // namespace
} // namespace sealgate::keys
