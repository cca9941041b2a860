// Every charset label is read as browsers and mail programs read it.
#include "policy/mail/charset.hpp"

#include <gtest/gtest.h>

namespace sealgate::policy {
namespace {

std::string read(std::string_view label, std::string_view bytes) { return charset(label).read(bytes).utf8; }

TEST(Charset, LabelsMeanWhatBrowsersMean) {
    for (const char* label : {"gb_2312-80", "csISO58GB231280", "iso-ir-58", "chinese", "GB2312", "x-gbk", "CP936", "euc_cn"})
        EXPECT_EQ(read(label, "[\xBB\xFA\xC3\xDC]"), "[机密]") << label;
    for (const char* label : {"ks_c_5601-1987", "csKSC56011987", "korean", "iso-ir-149", "euc-kr", "UHC"})
        EXPECT_EQ(read(label, "[\xB1\xE2\xB9\xD0]"), "[기밀]") << label;
    for (const char* label : {"shift_jis", "MS_Kanji", "windows-31j", "x-sjis", "cp932"})
        EXPECT_EQ(read(label, "[\x8B\x40\x96\xA7\\~]"), "[機密\\~]") << label;
    for (const char* label : {"latin1", "iso_8859-1:1987", "cp819", "L1", "ISO-8859-1"})
        EXPECT_EQ(read(label, "\x93\xE4\x94"), "“ä”") << label;
    EXPECT_EQ(read("iso-8859-16", "[confiden\xFEial\xE3]"), "[confidențială]");
    EXPECT_EQ(read("iso-8859-11", "\xA1"), "ก");
}

TEST(Charset, EachNameStandsForOne) {
    EXPECT_EQ(standard_charset(" ISO_8859-1:1987 "), "windows-1252");
    EXPECT_EQ(standard_charset("utf 7"), "utf-7");
    EXPECT_EQ(standard_charset("Unicode-1-1-UTF-7"), "utf-7");
    for (const char* none : {"", "?", "x-user-defined", "replacement", "no-such", "utf", "1", "8859-"})
        EXPECT_EQ(standard_charset(none).empty(), std::string_view(none) != "utf" && std::string_view(none) != "8859-") << none;
}

TEST(Charset, OnlyWhatMapsAsciiToItselfIsRead) {
    for (const char* label : {"cp037", "ibm-1047", "ibm-5478", "unicode_escape", "raw-unicode-escape"}) {
        EXPECT_EQ(charset(label).kind(), charset_kind::foreign) << label;
        EXPECT_FALSE(charset(label).read("[confidential]").sure) << label;
    }
    for (const auto label : legacy_charsets()) EXPECT_EQ(charset(label).kind(), charset_kind::transparent) << label;
}

TEST(Charset, EscapesInACharsetThatNobodyKnowsAreInDoubt) {
    for (const auto* bytes : {"+AFs-confidential", "&AFs-confidential&AF0-", "\\u005bconfidential\\u005d", "&#91;confidential",
                              "&lbrack;confidential", "~{1#~}", "\xC3\xA4 &AFs-", "a+b &AFs-"})
        EXPECT_FALSE(charset("x-nobody-knows").read(bytes).sure) << bytes;
    for (const auto* bytes : {"Minutes", "R&D-report", "Q&A; answers", "+49 89 123456", "+49/89/12345", "+498912345678", "C++",
                              "1 + 1", "a & b-c", "a\\", "~", "\xC3\xA4", "&;", "&-"})
        EXPECT_TRUE(charset("x-nobody-knows").read(bytes).sure) << bytes;
    for (const auto* label : {"JAVA", "C99", "HTML-ENTITIES", "html", "BASE64", "Quoted-Printable", "UUENCODE", "MIME-Header"})
        EXPECT_FALSE(charset(label).read("minutes").sure) << label;
}

TEST(Charset, Utf7IsReadUnderEveryName) {
    for (const auto* label : {"UTF-7-IMAP", "UTF7-IMAP", "utf7imap", "IMAP-mailbox-name"}) {
        EXPECT_EQ(read(label, "&Ti1lhw- + x"), "中文 + x") << label;
        EXPECT_FALSE(charset(label).read("&AFs-confidential&AF0-").sure) << "glibc reads ASCII there, RFC 3501 does not";
    }
    for (const auto* label : {"UTF-7", "UTF-7//IGNORE", "utf7//TRANSLIT", "cp65000"})
        EXPECT_EQ(read(label, "+AFs-confidential+AF0-"), "[confidential]") << label;
    EXPECT_EQ(charset("ibm-1047//IGNORE").kind(), charset_kind::foreign);
}

TEST(Charset, WideOnesSayTheirOrderOrAreInDoubt) {
    using namespace std::string_view_literals;
    for (const char* label : {"utf-16", "cp1200", "unicode", "ucs-2", "utf-32"}) {
        EXPECT_EQ(charset(label).kind(), charset_kind::wide) << label;
        EXPECT_FALSE(charset(label).read("[\0\0\0]\0\0\0"sv).sure) << label;
    }
    EXPECT_EQ(charset("cp1200").read_in_order("[\0s\0]\0"sv, byte_order::little), "[s]");
    EXPECT_EQ(charset("cp1200").read_in_order("\0[\0s\0]"sv, byte_order::big), "[s]");
    EXPECT_TRUE(charset("unicodeFFFE").read("\0[\0]"sv).sure);
}

TEST(Charset, RawBytesAreUtf8OrElseLatin1) {
    EXPECT_EQ(bytes_as_utf8("[gesch\xE4"
                            "ftlich]"),
              "[geschäftlich]");
    EXPECT_EQ(bytes_as_utf8("geschäftlich"), "geschäftlich");
    EXPECT_EQ(bytes_as_utf8("\xC3\xA4\xE4"), "ää");
    EXPECT_EQ(bytes_as_utf8("kept \uFFFD"), "kept \uFFFD");
}

} // namespace
} // namespace sealgate::policy
