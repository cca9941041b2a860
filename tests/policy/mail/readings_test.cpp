// What one reader sees and another does not, and what comes of it: tags, and doubt.
#include "policy/mail/readings.hpp"
#include "policy/tags/reader.hpp"

#include <gmock/gmock.h>

namespace sealgate::policy {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::IsEmpty;
using testing::Not;

policy example_policy() {
    policy rules;
    rules.classifications = {
        {.name = "public", .tags = {"public"}},
        {.name = "internal", .tags = {"internal", "geschäftlich"}},
        {.name = "confidential", .tags = {"confidential", "vertraulich", "конфиденциально", "机密", "機密", "기밀", "důvěrné"}},
    };
    rules.untagged = 1;
    rules.carriers.subject = {{.before = "[", .after = "]"}};
    rules.carriers.headers = {"X-Classification"};
    rules.carriers.sensitivity = {{"Company-Confidential", 2}, {"Private", 2}, {"Personal", 1}};
    return rules;
}

tag_findings found_in(std::string_view subject, std::string_view type = "text/plain", std::string body = {}) {
    return find_tags(example_policy(), {.fields = {{.name = "Subject", .value = " " + std::string(subject)},
                                                   {.name = "Content-Type", .value = " " + std::string(type)}},
                                        .body = std::move(body)});
}

bool is_confidential(const tag_findings& found) {
    return std::ranges::any_of(found.tags, [](const found_tag& tag) { return tag.classification == 2; });
}

bool is_noticed(const tag_findings& found) { return is_confidential(found) || !found.near_misses.empty(); }

std::vector<std::string> others_of(std::string_view value, std::vector<std::string> declared = {}) {
    return readings_of(value, {.declared = [&] { return declared; }, .may_guess = [] { return true; }}).others;
}

TEST(Readings, OrdinaryTextIsReadOnce) {
    for (const char* text :
         {"Offer", "Angebot für Müller", "=?utf-8?B?w6TDtsO8?=", "C++ and 1+1", "=?utf-8?Q?=C3?= =?utf-8?Q?=A4?="})
        EXPECT_THAT(others_of(text), IsEmpty()) << text;
}

TEST(Readings, RawBytesAreReadInEveryCommonCharset) {
    const struct {
        const char* charset;
        const char* subject;
    } cases[] = {
        {"gbk", "\xA1\xBE"
                "confidential\xA1\xBF \xB1\xA8\xB8\xE6"},
        {"gbk", "[\xBB\xFA\xC3\xDC]"},
        {"gbk", "[\xA3\xE3\xA3\xEF\xA3\xEE\xA3\xE6\xA3\xE9\xA3\xE4\xA3\xE5\xA3\xEE\xA3\xF4\xA3\xE9\xA3\xE1\xA3\xEC]"},
        {"big5", "\xA1\x69"
                 "confidential\xA1\x6A"},
        {"big5", "[\xBE\xF7\xB1\x4B]"},
        {"shift_jis", "\x81\x79"
                      "confidential\x81\x7A \x83\x65\x83\x58\x83\x67"},
        {"euc-jp", "\xA1\xDA"
                   "confidential\xA1\xDB"},
        {"euc-kr", "[\xB1\xE2\xB9\xD0]"},
        {"koi8-r", "[\xEB\xCF\xCE\xC6\xC9\xC4\xC5\xCE\xC3\xC9\xC1\xCC\xD8\xCE\xCF]"},
        {"windows-1251", "[\xEA\xEE\xED\xF4\xE8\xE4\xE5\xED\xF6\xE8\xE0\xEB\xFC\xED\xEE]"},
        {"iso-8859-2", "[d\xF9v\xECrn\xE9]"},
    };
    for (const auto& [charset, subject] : cases) {
        EXPECT_TRUE(is_noticed(found_in(subject))) << charset;
        EXPECT_TRUE(is_noticed(found_in(std::string("Re: ") + subject + " =?utf-8?Q?x?="))) << charset;
        EXPECT_TRUE(is_noticed(found_in("=?us-ascii?Q?" + std::string(subject) + "?="))) << charset;
    }
}

TEST(Readings, RawBytesAreReadInTheCharsetOfTheText) {
    const std::string hz = "[~{;zC\\~}]", utf7 = "[+Zzpbxg-]";
    EXPECT_FALSE(is_confidential(found_in(hz)));
    EXPECT_TRUE(is_confidential(found_in(hz, "text/plain; charset=hz-gb-2312")));
    EXPECT_TRUE(is_confidential(found_in(utf7, "text/plain; charset=utf-7")));
    EXPECT_TRUE(is_confidential(
        found_in(utf7, "multipart/mixed; boundary=b", "--b\r\nContent-Type: text/html; charset=utf-7\r\n\r\nx\r\n--b--\r\n")));
}

TEST(Readings, ATagInAnAlphabetThatNobodyNamesIsNearlyOne) {
    for (const char* subject :
         {"+AFs-confidential+AF0-", "Offer +AFs-confidential+AF0- for you", "[+Zzpbxg-]", "[~{;zC\\~}]", "[confidential+AF0-",
          "+AFsAYwBvAG4AZgBpAGQAZQBuAHQAaQBhAGwAXQ-", "=?us-ascii?Q?+AFs-confidential+AF0-?="}) {
        const auto found = found_in(subject);
        EXPECT_FALSE(is_confidential(found)) << subject;
        ASSERT_FALSE(found.near_misses.empty()) << subject;
        EXPECT_THAT(found.near_misses[0].suggestion, AnyOf("[confidential]", "[\u673A\u5BC6]", "[\u6A5F\u5BC6]")) << subject;
    }
    EXPECT_EQ(found_in("+AFs-confidential+AF0-").near_misses[0].text, "+AFs-confidential+AF0-");
}

TEST(Readings, APlusThatSwitchesNothingIsNoDoubt) {
    for (const char* subject :
         {"C++ and 1+1", "+49 30 123456", "[internal] C++ course", "[public] +Zzpbxg- plan", "Ann+Bob: offer",
          "[internal]+AFs-", "A+B [public]+C", "~{ x ~}", "+AFs-offer+AF0-", "+", "++-", "[public]+STRICT"})
        EXPECT_THAT(found_in(subject).near_misses, IsEmpty()) << subject;
    auto rules = example_policy();
    rules.classifications[2].tags.emplace_back("TLP:AMBER");
    rules.carriers.subject.push_back({.before = "", .after = ""});
    for (const char* subject : {" TLP:AMBER+STRICT offer", " x TLP:AMBER+- y", " TLP:AMBER +AFs-x"})
        for (const auto& miss : find_tags(rules, {.fields = {{.name = "Subject", .value = subject}}, .body = {}}).near_misses)
            EXPECT_NE(miss.text, std::string(subject).substr(1)) << subject << " " << miss.suggestion;
}

TEST(Readings, WordsAreReadApartAndJoined) {
    for (const char* subject :
         {"=?utf-8?B?W2Nvb?= =?utf-8?B?mZpZGVudGlhbF0=?=",                                 // cut within a group
          "=?utf-8?B?W2Nvbg==ZmlkZW50aWFsXQ==?=", "=?utf-8?B?W2N=vbmZpZGVudGlhbF0?=",      // odd padding
          "=?utf-8?B?W2Nvbm ZpZGVudGlhbF0==?=", "=?gbk?q?x=A1?= =?gbk?q?[confidential]?=", // a letter cut
          "=?shift_jis?Q?=81?= =?shift_jis?Q?[confidential=81?= =?shift_jis?Q?]?=", "=?big5?Q?=81[confidential=81]?=",

          "=?gb2312*zh?b?W7v6w9xd?=", "=?gbk?B?W7v6?= =?gbk?B?w9xd?=", "=?cp1200?B?WwBjAG8AbgBmAGkAZABlAG4AdABpAGEAbABdAA==?=",
          "=?utf-7?Q?+AFs-confidential+AF0-?=", "=?x-unicode-2-0-utf-7?Q?+AFs-confidential+AF0-?=",
          "=?U7?Q?+AFs-confidential+AF0-?=", "=?utf-16?B?WwBjAG8AbgBmAGkAZABlAG4AdABpAGEAbABdAA==?=",
          "=?utf-16?B?AFsAYwBvAG4AZgBpAGQAZQBuAHQAaQBhAGwAXQ==?=", "=?gb_2312-80?Q?[confidential]?=",
          "=?iso-ir-58?B?W2NvbmZpZGVudGlhbF0=?=", "=?cp037?Q?[confidential]?="})
        EXPECT_TRUE(is_confidential(found_in(subject))) << subject;
}

TEST(Readings, WhatNobodyCanReadIsDoubt) {
    for (const char* subject :
         {"=?x-unknown?Q?Gr=FC=DFe?=", "=?cp037?Q?hello?=", "=?unicode_escape?Q?=5Cx5bconfidential=5Cx5d?=", "=?punycode?Q?x?=",
          "=?iso-2022-jp?Q?=1B$(Zabc=1B(B?="}) {
        const auto found = found_in(subject);
        ASSERT_FALSE(found.near_misses.empty()) << subject;
        const auto* unread = unread_in(found);
        ASSERT_TRUE(unread) << subject;
        EXPECT_EQ("=?" + unread->charset, std::string(subject).substr(0, unread->charset.size() + 2));
    }
    EXPECT_TRUE(unread_in(found_in("[\x8B\xA1\xA3\xA9]", "text/plain; charset=johab")));
    EXPECT_TRUE(unread_in(found_in("[\xBA\x83]", "text/plain; charset=cp1140")));
    EXPECT_FALSE(is_noticed(found_in("Gr\xFC\xDF"
                                     "e",
                                     "text/plain; charset=unknown-8bit")));
    EXPECT_FALSE(found_in(std::string(5000, 'x') + "\xE4").near_misses.empty()) << "too long to be read in all charsets";
    tag_findings mixed = found_in("[confidental] =?x-unknown?Q?=FC?=");
    EXPECT_EQ(mixed.near_misses.size(), 2u);
    EXPECT_FALSE(unread_in(mixed));
}

TEST(Readings, ManyRawFieldsAreReadWithinBounds) {
    message mail;
    for (int i = 0; i < 20'000; ++i)
        mail.fields.push_back({.name = "Subject",
                               .value = " [gr\xFC\xDF"
                                        "e]"});
    EXPECT_TRUE(unread_in(find_tags(example_policy(), mail)));
    mail.fields.resize(10);
    EXPECT_FALSE(is_noticed(find_tags(example_policy(), mail)));
}

TEST(Readings, HeaderFieldsAreReadSoToo) {
    const auto of = [](const char* name, const char* value) {
        return find_tags(example_policy(), {.fields = {{.name = name, .value = value}}, .body = {}});
    };
    EXPECT_TRUE(is_confidential(of("X-Classification", " \xBB\xFA\xC3\xDC")));
    EXPECT_TRUE(is_confidential(of("X-Classification", " =?utf-16?B?YwBvAG4AZgBpAGQAZQBuAHQAaQBhAGwA?=")));
    EXPECT_TRUE(unread_in(of("X-Classification", " =?x-unknown?Q?=FC?=")));
    EXPECT_TRUE(unread_in(of("Sensitivity", " =?x-unknown?Q?=FC?=")));
}

TEST(Readings, ACommentThatNeverEndsIsDoubt) {
    for (const char* value :
         {"Company-Confidential (unclosed", "Confidential (a (b)", "Private(", "(x) Company-Confidental (y"}) {
        const auto found = find_tags(example_policy(), {.fields = {{.name = "Sensitivity", .value = value}}, .body = {}});
        ASSERT_FALSE(found.near_misses.empty()) << value;
        EXPECT_THAT(found.near_misses[0].suggestion, Not(IsEmpty())) << value;
    }
    EXPECT_TRUE(find_tags(example_policy(), {.fields = {{.name = "Sensitivity", .value = "Normal (unclosed"}}, .body = {}})
                    .near_misses.empty());
}

// What people write every day, in the charsets of old programs, in the raw and in encoded words.
TEST(Readings, OrdinaryForeignMailIsNoDoubt) {
    const struct {
        const char* charset;
        const char* bytes;
    } cases[] = {
        {"gbk", "\xB9\xD8\xD3\xDA\xC3\xF7\xCC\xEC\xB5\xC4\xBB\xE1\xD2\xE9\xA3\xA8\xB5\xDA\xB6\xFE\xB4\xCE\xA3\xA9"},
        {"gb2312", "\xA1\xBE\xCD\xA8\xD6\xAA\xA1\xBF\xB7\xC5\xBC\xD9\xB0\xB2\xC5\xC5"},
        {"big5", "\xA1\x69\xB3\x71\xAA\xBE\xA1\x6A\xA9\xF1\xB0\xB2\xA6\x77\xB1\xC6"},
        {"shift_jis", "\x81\x79\x82\xA8\x92\x6D\x82\xE7\x82\xB9\x81\x7A\x89\xEF\x8B\x63\x83\x81\x81\x5B\x83\x8B"},
        {"euc-jp", "\xA1\xDA\xA4\xAA\xC3\xCE\xA4\xE9\xA4\xBB\xA1\xDB\xB2\xF1\xB5\xC4"},
        {"euc-kr", "[\xB0\xF8\xC1\xF6] \xC8\xB8\xC0\xC7 \xC0\xCF\xC1\xA4"},
        {"koi8-r", "\xF3\xCF\xC2\xD2\xC1\xCE\xC9\xC5 [\xDA\xC1\xD7\xD4\xD2\xC1]"},
        {"windows-1251", "\xD1\xEE\xE1\xF0\xE0\xED\xE8\xE5 [\xE7\xE0\xE2\xF2\xF0\xE0]"},
        {"iso-8859-1", "Gr\xFC\xDF"
                       "e an [M\xFCnchen] \xFC"
                       "ber N\xE4"
                       "chstes"},
        {"windows-1252", "Pr\xE9paration \xAB r\xE9union \xBB [\xE9t\xE9]"},
        {"iso-8859-2", "P\xF8\xEDjem\xB9 [term\xEDn]"},
    };
    for (const auto& [charset, bytes] : cases) {
        std::string q;
        for (const char* c = bytes; *c != 0; ++c) q += *c == ' ' ? '_' : *c;
        for (const auto& subject : {std::string(bytes), "Re: =?" + std::string(charset) + "?Q?" + q + "?="}) {
            const auto found = found_in(subject, "text/plain; charset=" + std::string(charset));
            EXPECT_TRUE(found.tags.empty()) << charset;
            for (const auto& miss : found.near_misses) ADD_FAILURE() << charset << ": " << miss.text << " " << miss.suggestion;
        }
    }
}

} // namespace
} // namespace sealgate::policy
