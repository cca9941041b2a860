// Encoded words, right and broken, as readers see them.
#include "policy/base/text.hpp"
#include "policy/mail/encoded_word.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using sealgate::policy::decode_words;
using sealgate::policy::legible;

struct row {
    const char* raw;
    const char* decoded;
};

void expect_all(std::initializer_list<row> rows) {
    for (const auto& [raw, decoded] : rows) {
        EXPECT_EQ(decode_words(raw).text, decoded) << raw;
        EXPECT_EQ(decode_words(raw).all, legible::yes) << raw;
    }
}

TEST(EncodedWord, TheStandardsExamplesAreRead) { // RFC 2047 section 8
    expect_all({{"(=?ISO-8859-1?Q?a?=)", "(a)"},
                {"(=?ISO-8859-1?Q?a?= b)", "(a b)"},
                {"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"},
                {"(=?ISO-8859-1?Q?a?=  \t =?ISO-8859-1?Q?b?=)", "(ab)"},
                {"(=?ISO-8859-1?Q?a_b?=)", "(a b)"},
                {"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"},
                {"=?US-ASCII?Q?Keith_Moore?=", "Keith Moore"},
                {"=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld Jørn Simonsen"},
                {"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=", "If you can read this yo"}});
}

TEST(EncodedWord, PlainTextStaysAsItIs) {
    expect_all({{"", ""},
                {"Q3 figures", "Q3 figures"},
                {"what =? is ?= this", "what =? is ?= this"},
                {"=?utf-8?X?abc?=", "=?utf-8?X?abc?="},
                {"=?utf-8?Q", "=?utf-8?Q"},
                {"=?utf-8", "=?utf-8"},
                {"=?", "=?"}});
}

TEST(EncodedWord, CharsetsBecomeUtf8) {
    expect_all({{"=?utf-8?B?w6TDtsO8?=", "äöü"},
                {"=?UTF8?q?=C3=A4?=", "ä"},
                {"=?iso-8859-15?Q?=A4?=", "€"},
                {"=?iso-8859-1?Q?=80?=", "€"},
                {"=?windows-1252?Q?=93x=94?=", "“x”"},
                {"=?koi8-r?B?68/OxsnExc7DycHM2M7P?=", "Конфиденциально"},
                {"=?windows-1251?Q?=EA=EE=ED?=", "кон"},
                {"=?ISO-2022-JP?B?GyRCNSFMKRsoQg==?=", "機密"},
                {"=?gb2312?B?u/rD3A==?=", "机密"},
                {"=?GBK?B?u/rD3A==?=", "机密"},
                {"=?big5?B?vvexSw==?=", "機密"},
                {"=?UTF-16BE?B?AFsAcwBd?=", "[s]"},
                {"=?UTF-16?B?//5bAHMAXQA=?=", "[s]"},
                {"=?utf-7?Q?+AGE-b?=", "ab"}});
}

TEST(EncodedWord, LanguageOfTheCharsetIsDropped) { // RFC 2231 section 5
    expect_all({{"=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore"},
                {"=?utf-8*de-AT?Q?=C3=A4?=", "ä"},
                {"=?iso-8859-1*de?Q?=E4?=", "ä"}});
}

TEST(EncodedWord, LetterSplitBetweenWordsIsJoined) {
    expect_all({{"=?utf-8?Q?=C3?= =?UTF-8?Q?=A4?=", "ä"}, {"=?utf-8?B?4oI=?= =?utf-8?B?rA==?=", "€"}});
}

TEST(EncodedWord, SloppyWordsAreReadAsMailProgramsDo) {
    expect_all({{"[=?utf-8?Q?confi?=dential]", "[confidential]"},         // inside other text
                {"=?utf-8?Q?streng vertraulich?=", "streng vertraulich"}, // white space within
                {"=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"},                     // none between
                {"=?utf-8?Q?100%=?=", "100%="},                           // "=" without digits
                {"=?utf-8?Q?=5?= x", "=5 x"},
                {"=?utf-8?Q?really?"
                 "?=",
                 "really?"},
                {"=?utf-8?B?W2Nvbm\r\n ZpZGVudGlhbF0?=", "[confidential]"}});
}

TEST(EncodedWord, CutWordIsReadToItsEnd) {
    expect_all({{"=?utf-8?Q?[confi", "[confi"},
                {"=?utf-8?Q?[confidential]?", "[confidential]?"},
                {"=?utf-8?B?W2NvbmZpZGVudGlhbF0", "[confidential]"},
                {"=?utf-8?B?W2NvbmZpZGVudGlhbF0 and more", "[confidential] and more"},
                {"=?utf-8?Q?[CONFI =?utf-8?Q?DENTIAL]?=", "[CONFI DENTIAL]"},
                {"=?utf-8?Q?", ""}});
}

TEST(EncodedWord, BrokenBytesOfKnownCharsetBecomeReplacements) {
    expect_all({{"=?utf-8?Q?a=FFb?=", "a\uFFFDb"}, {"=?utf-8?Q?=C3?= plain", "\uFFFD plain"}});
}

TEST(EncodedWord, UnknownCharsetIsReadWhereItsBytesSpeakForThemselves) {
    expect_all({{"=?x-unknown?Q?[confidential]?=", "[confidential]"},
                {"=?no-such-set?Q?=C3=A4?=", "ä"},
                {"=??B?W3NdIMOk?=", "[s] ä"}, // Python reads it so
                {"=?x-a-name-of-more-letters-than-any-charset-has-but-who-is-to-say-how-many-there-may-be?B?W3Nd?=", "[s]"},
                {"=?../../etc/passwd?Q?x?=", "x"}});
}

TEST(EncodedWord, UnknownCharsetWithForeignBytesIsNotLegible) {
    for (const char* raw : {"=?x-unknown?Q?Gr=FC=DFe?=", "=?x-jis?Q?=1B$B5!L)=1B(B?=", "=?x-wide?B?AFsAXQ==?=",
                            "=?utf-8,version=1?Q?=FF?=", "raw \x1B$B5!L)\x1B(B"})
        EXPECT_EQ(decode_words(raw).all, legible::no) << raw;
}

// Without a byte order mark some readers take the one order, some the other.
TEST(EncodedWord, WideCharsetOfUnknownByteOrderIsNotLegible) {
    for (const char* raw : {"=?utf-16?B?WwBzAF0A?=", "=?utf-16?B?AFsAcwBd?=", "=?ISO-10646-UCS-2?B?WwBzAF0A?=",
                            "=?ucs-2?B?WwBzAF0A?=", "=?unicode?B?WwBzAF0A?=", "=?utf-32?B?WwAAAHMAAAA=?=", "=?utf-16?B?/w==?=",
                            "=?utf-16?B?//5bAHMA?= =?utf-16?B?AHMAXQ==?="})
        EXPECT_EQ(decode_words(raw).all, legible::no) << raw;
}

TEST(EncodedWord, WideCharsetOfBrokenOrSwappedBytesIsNotLegible) {
    for (const char* raw : {"=?utf-16?B?//5bAHMAXQ==?=", "=?utf-16le?B?WwBzAF0=?=", "=?utf-16be?B?//5bAHMAXQA=?=",
                            "=?utf-16le?B?/v8AWwBzAF0=?=", "=?utf-32be?B?AAAAWwAA?="})
        EXPECT_EQ(decode_words(raw).all, legible::no) << raw;
    expect_all({{"=?utf-16le?B?WwBzAF0A?=", "[s]"},
                {"=?utf-16le?B?//5bAHMAXQA=?=", "\uFEFF[s]"},
                {"=?utf-16be?Q?=00[=00s?= =?utf-16be?Q?=00]?=", "[s]"},
                {"=?utf-16?B?/v8AWw==?= =?utf-16?B?/v8AXQ==?=", "[]"}});
}

// Some readers begin each word afresh, some do not.
TEST(EncodedWord, StateCarriedFromWordToWordIsNotLegible) {
    for (const char* raw :
         {"=?iso-2022-jp?Q?=1B$B?= =?iso-2022-jp?Q?[confidential]?=", "=?utf-7?Q?+?= =?utf-7?Q?confidential-?="})
        EXPECT_EQ(decode_words(raw).all, legible::no) << raw;
    expect_all({{"=?iso-2022-jp?B?GyRCNSEbKEI=?= =?iso-2022-jp?B?GyRCTCkbKEI=?=", "機密"}});
}

TEST(EncodedWord, RawBytesBesideWordsAreRead) { EXPECT_EQ(decode_words("caf\xE9 =?utf-8?Q?=C3=A9?=").text, "café é"); }

TEST(EncodedWord, EveryPrefixGivesValidUtf8) {
    const std::string whole = "Re: \xE4 =?utf-8?Q?=C3?= =?utf-8*de?B?pA==?= =?iso-2022-jp?B?GyRCNSFMKRsoQg==?= [x]";
    for (std::size_t n = 0; n <= whole.size(); ++n) {
        const auto text = decode_words(whole.substr(0, n)).text;
        EXPECT_EQ(sealgate::text::encode_utf8(sealgate::text::decode_utf8(text)), text) << n;
    }
}

} // namespace
