// What is nearly a tag in a Subject, what is not, and what reading it may cost. Other fields: near_miss_fields_test.cpp.
#include "policy/base/base64.hpp"
#include "policy/base/text.hpp"
#include "policy/tags/reader.hpp"
#include "tests/policy/tags/near_misses.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace {

using namespace sealgate::policy;
using namespace sealgate::policy::test;

TEST(NearMiss, SpellingSlipsAreNoticed) {
    expect_near(example_policy(), {{"[confidental]", "[confidential]"},
                                   {"[CONFIDENTAIL]", "[confidential]"},
                                   {"[konfidential]", "[confidential]"},
                                   {"[ confidencial ]", "[confidential]"},
                                   {"[publik]", "[public]"},
                                   {"[pubilc]", "[public]"},
                                   {"[intern]", "[interne]"},
                                   {"[vertaulich]", "[vertraulich]"},
                                   {"[strengvertaulich]", "[streng vertraulich]"},
                                   {"[КОНФИДЕНЦАЛЬНО]", "[конфиденциально]"},
                                   {"Re: [confidental] Q3", "[confidential]", "[confidental]"},
                                   {"=?utf-8?Q?[confi?= =?utf-8?Q?dental]?=", "[confidential]", "[confidental]"},
                                   {"[confi\xF8"
                                    "dential]",
                                    "[confidential]", "[confiødential]"}});
}

TEST(NearMiss, LookAlikesAreNoticed) {
    expect_near(example_policy(), {{"[c0nfidential]", "[confidential]"},
                                   {"[c0nf1dent1a1]", "[confidential]"},
                                   {"[соnfіdеntіаl]", "[confidential]"},
                                   {"[СОNFIDЕNТIАL]", "[confidential]"},
                                   {"[ϹΟNFΙDΕNΤΙΑL]", "[confidential]"},
                                   {"[pub|ic]", "[public]"},
                                   {"[ｃ０nfidential]", "[confidential]"},
                                   {"[cónfídentíal]", "[confidential]"}});
}

TEST(NearMiss, LettersWithinSignsAndMarksAreNoticed) {
    const auto behind_each = [](std::string_view word, std::string_view mark) {
        std::string out = "[";
        for (const char c : word) out += c, out += mark;
        return out + "]";
    };
    for (const char* mark :
         {"\u20DD", "\u20E3", "\u0488", "\uFE0F\u20E3", "\u0336", "\u05B0", "\u0E34", "\u0336\u0337\u0338\u20DD\u20E3\u20DE"}) {
        const auto found = find_tags(example_policy(), subject(behind_each("confidential", mark)));
        ASSERT_EQ(found.near_misses.size(), 1U) << mark;
        EXPECT_EQ(found.near_misses[0].suggestion, "[confidential]");
    }
    expect_near(example_policy(), {{"[🅒🅞🅝🅕🅘🅓🅔🅝🅣🅘🅐🅛]", "[confidential]"},
                                   {"[🅲🅾🅽🅵🅸🅳🅴🅽🆃🅸🅰🅻]", "[confidential]"},
                                   {"[🇨🇴🇳🇫🇮🇩🇪🇳🇹🇮🇦🇱]", "[confidential]"},
                                   {"[🅒🅞🅝🅕🅘🅓🅔🅝🅣🅘🅐🅛 - urgent]", "[confidential]"},
                                   {"[ᴄᴏɴꜰɪᴅᴇɴᴛɪᴀʟ]", "[confidential]"},
                                   {"[ᑕOᑎᖴIᗪᗴᑎTIᗩᒪ]", "[confidential]"},
                                   {"[CΩNFIDΣNTIΛL]", "[confidential]"},
                                   {"[COПFIDЄИTIДL]", "[confidential]"},
                                   {"[¢on₣id€ntial]", "[confidential]"}});
    expect_clean(example_policy(), {"[🇩🇪🇫🇷] trip", "[🅿️] parking", "[🆕] release", "5️⃣ things [1️⃣]"});
}

TEST(NearMiss, TagAmongManyWordsInBracketsIsNoticed) {
    const std::string many = "This mail and everything in it or attached to it has to be treated as ";
    const auto expect = [](const std::string& text, const char* suggestion) {
        const auto found = find_tags(example_policy(), subject(text));
        ASSERT_EQ(found.near_misses.size(), 1U) << text;
        EXPECT_EQ(found.near_misses[0].suggestion, suggestion) << text;
    };
    expect("[" + many + "strictly confidential by all]", "[confidential]");
    expect("(" + many + "strictly confidential by all)", "[confidential]");
    expect("[" + many + "strictly c0nf1dential by all]", "[confidential]");
    expect("[" + many + "streng vertraulich: by all]", "[streng vertraulich]");
    expect("[" + many + many + many + "绝对机密文件]", "[机密]");
    expect("[" + std::string(5000, '.') + " confidential " + std::string(5000, '.') + "]", "[confidential]");
    expect("[" + many + "confidental by all]", "[confidential]");
    const auto tidy = std::string("[") + many + "internal and public by all]";
    const auto other = "[" + many + "confidentiality-agreement, non-confidential by all]";
    expect_clean(example_policy(), {tidy.c_str(), other.c_str(), (many + "confidential by all").c_str()});
}

TEST(NearMiss, HyphensAndSpacesAreEasilyMistaken) {
    expect_near(example_policy(), {{"[VS NfD]", "[VS-NfD]"},
                                   {"[VS–NfD]", "[VS-NfD]"},
                                   {"[VS_NfD]", "[VS-NfD]"},
                                   {"[TOP SECRET]", "[TOP-SECRET]"},
                                   {"[streng-vertraulich]", "[streng vertraulich]"}});
}

TEST(NearMiss, MissingDelimiterIsNoticed) {
    expect_near(example_policy(), {{"[confidential Q3 figures", "[confidential]", "[confidential"},
                                   {"Q3 confidential] figures", "[confidential]", "confidential]"},
                                   {"confidential]", "[confidential]"},
                                   {"[confidental Q3", "[confidential]", "[confidental"},
                                   {"[streng vertraulich: x", "[streng vertraulich]", "[streng vertraulich"},
                                   {"[public, x", "[public]", "[public"},
                                   {"[机密文件", "[机密]", "[机密"},
                                   {"[x] confidential] y", "[confidential]", "confidential]"},
                                   {"[confidential [x] y", "[confidential]", "[confidential"},
                                   {"[confidential and then so much text that nobody would take this for one pair of brackets]",
                                    "[confidential]", "[confidential"}});
}

TEST(NearMiss, ForeignBracketsAreNoticed) {
    expect_near(example_policy(), {{"(confidential)", "[confidential]"},
                                   {"{confidential}", "[confidential]"},
                                   {"<confidential>", "[confidential]"},
                                   {"【confidential】", "[confidential]"},
                                   {"〔confidential〕", "[confidential]"},
                                   {"⟦confidential⟧", "[confidential]"},
                                   {"«confidential»", "[confidential]"},
                                   {"（机密）", "[机密]"},
                                   {"[confidential)", "[confidential]"},
                                   {"[\"confidential\"]", "[confidential]"},
                                   {"[(confidential)]", "[confidential]"}});
}

TEST(NearMiss, MilderTagInForeignBracketsIsOrdinaryWriting) {
    expect_clean(example_policy(), {"Report (internal)", "(public)", "Opening hours {public}"});
}

TEST(NearMiss, SensitiveTagAmongOtherWordsInBracketsIsNoticed) {
    expect_near(example_policy(), {{"[confidential - urgent]", "[confidential]"},
                                   {"[strictly confidential]", "[confidential]"},
                                   {"[confidential: HR]", "[confidential]"},
                                   {"[confidential:HR]", "[confidential]"},
                                   {"[HR/confidential]", "[confidential]"},
                                   {"[HR|c0nfidential|x]", "[confidential]"},
                                   {"[confidental - urgent]", "[confidential]"},
                                   {"(strictly confidential)", "[confidential]"},
                                   {"[internal, streng vertraulich!]", "[streng vertraulich]"},
                                   {"[绝对机密文件]", "[机密]"},
                                   {"[Confidential (HR) x]", "[confidential]"}});
}

TEST(NearMiss, InflectionAmongOtherWordsIsNoticed) {
    auto rules = example_policy();
    rules.classifications[2].tags.insert(rules.classifications[2].tags.end(), {"secret", "geheim", "poufne", "секретно"});
    expect_near(rules, {{"[streng vertraulicher Bericht]", "[streng vertraulich]"},
                        {"[vertraulichen Entwurf]", "[vertraulich]"},
                        {"[geheime Sache]", "[geheim]"},
                        {"[all secrets]", "[secret]"},
                        {"[dokument poufny]", "[poufne]"},
                        {"[секретные данные]", "[секретно]"}});
    expect_clean(rules, {"[Secretary General]", "[confidentiality agreement]", "[secretly pleased]", "(geheime Sache)"});
}

TEST(NearMiss, HarmlessTagAmongOtherWordsIsNot) {
    expect_clean(example_policy(), {"[public holidays]", "[internal tools]", "(internal only)", "[internal: agenda]"});
    auto rules = example_policy();
    rules.untagged.reset();
    expect_near(rules, {{"[public holidays]", "[public]"}});
}

TEST(NearMiss, OrdinarySubjectsAreClean) {
    expect_clean(example_policy(), {"",
                                    "the confidential report",
                                    "[internal-tools] new release",
                                    "[sealgate-users] hello",
                                    "[confidential-computing] agenda",
                                    "[PATCH 1/2] policy: fix",
                                    "[PATCH v3 00/17]",
                                    "[JIRA-123]",
                                    "[Urgent]",
                                    "[EXTERNAL] Re: offer",
                                    "[Internet] line down",
                                    "[interval] training",
                                    "(Internet)",
                                    "[SPAM] x",
                                    "[Ticket#2024-117]",
                                    "[2/3] [10] [1]",
                                    "Re: [list] foo (was: bar)",
                                    "smile :-) and (: and <3",
                                    "a -> b, c <- d",
                                    "internal :)",
                                    "1) internal 2) public",
                                    "Home > Internal > Docs",
                                    "Rechnung Nr. [0815]",
                                    "[published]",
                                    "[Republic]",
                                    "[C4] [B3]",
                                    "[会议] 通知",
                                    "[]",
                                    "[ ]",
                                    "][",
                                    "((()))",
                                    "[",
                                    "]"});
}

TEST(NearMiss, NumberIsNoMisspeltWord) {
    const auto rules = with_tags({"IO", "2024"}, {{.before = "[", .after = "]"}});
    expect_near(rules, {{"[I0]", "[IO]"}});
    expect_clean(rules, {"[10]", "[2025]"});
}

TEST(NearMiss, ExactTagInTheSamePlaceIsEnough) {
    expect_clean(example_policy(), {"[confidential]", "([confidential])", "[[confidential]]", "[confidential] [public]",
                                    "=?utf-8?B?[confidential]?=", "[confidential]]"});
    const auto found = find_tags(example_policy(), subject("[public] [confidental]"));
    EXPECT_EQ(found.tags.size(), 1U);
    ASSERT_EQ(found.near_misses.size(), 1U);
    EXPECT_EQ(found.near_misses[0].text, "[confidental]");
}

// Distinct slips of [internal].
std::string mild_slips(char from, char to) {
    std::string out;
    for (char c = from; c <= to; ++c) out += std::string("[intern") + c + "l] ";
    return out;
}

TEST(NearMiss, ManyMildOnesDoNotHideTheOneThatProtects) {
    const auto meant = [](const std::string& text, const char* of, bool stray) {
        const auto found = find_tags(example_policy(), subject(text));
        EXPECT_LE(found.near_misses.size(), 20U);
        return std::ranges::any_of(found.near_misses,
                                   [&](const near_miss& miss) { return miss.suggestion == of && miss.stray == stray; });
    };
    const auto mild = mild_slips('b', 'z');
    EXPECT_TRUE(meant(mild + "[confidental]", "[confidential]", false));
    EXPECT_TRUE(meant(mild + "(confidential)", "[confidential]", true));
    std::string answered = "[internal] ";
    for (char c = 'a'; c <= 'z'; ++c) answered += std::string("(confidential ") + c + ") ";
    EXPECT_TRUE(meant(answered + "[confidental]", "[confidential]", false));
    auto mail = subject(mild);
    mail.fields.push_back({.name = "X-Classification", .value = " confidentail"});
    const auto found = find_tags(example_policy(), mail);
    EXPECT_EQ(found.near_misses.back().suggestion, "confidential");
}

TEST(NearMiss, AllOfASubjectAreNamedInOrder) {
    const auto found = find_tags(example_policy(), subject("(confidential) [publik] x vertraulich]"));
    ASSERT_EQ(found.near_misses.size(), 3U);
    EXPECT_EQ(found.near_misses[0].suggestion, "[confidential]");
    EXPECT_EQ(found.near_misses[1].suggestion, "[public]");
    EXPECT_EQ(found.near_misses[2].suggestion, "[vertraulich]");
}

TEST(NearMiss, PatternsOfOtherSigns) {
    const auto hashes = with_tags({"secure"}, {{.before = "#", .after = "#"}});
    expect_near(hashes, {{"#secur# x", "#secure#", "#secur#"},
                         {"#secure x", "#secure#", "#secure"},
                         {"x secure# y", "#secure#", "secure#"},
                         {"[secure] x", "#secure#", "[secure]"},
                         {"#secure x, issue #3", "#secure#", "#secure"}});
    expect_clean(hashes, {"issue #3 and #4", "secure x", "# #", "we're #1"});

    const auto colon = with_tags({"confidential", "机密"}, {{.before = "", .after = ":"}});
    expect_near(colon, {{"confidental: x", "confidential:", "confidental:"},
                        {"Re: c0nfidential: x", "confidential:", "c0nfidential:"},
                        {"(confidential) x", "confidential:", "(confidential)"},
                        {"关于机密：x", "机密:", "机密："}});
    expect_clean(colon, {"Re: Fwd: x", "16:30: meeting", "the confidential one: x"});

    const auto hashtag = with_tags({"confidential"}, {{.before = "#", .after = ""}});
    expect_near(hashtag, {{"x #confidental y", "#confidential", "#confidental"}});
    expect_clean(hashtag, {"#42", "#confidentiality-agreement"});
}

TEST(NearMiss, SchemeNamesItsTags) {
    const auto tlp = with_tags({"RED", "AMBER", "GREEN", "CLEAR"}, {{.before = "TLP:", .after = ""}});
    expect_near(tlp, {{"TLP RED - Incident", "TLP:RED", "TLP RED"},
                      {"TLP-RED", "TLP:RED"},
                      {"[TPL:AMBER] x", "TLP:AMBER", "[TPL:AMBER]"},
                      {"TLP:AMBR x", "TLP:AMBER", "TLP:AMBR"},
                      {"TLP:PURPLE x", "", "TLP:PURPLE"},
                      {"TLP:AMBER+STRICT x", "", "TLP:AMBER+STRICT"},
                      {"[TLP:WHITE]", "", "TLP:WHITE"},
                      {"[RED]", "TLP:RED"}});
    expect_clean(tlp, {"TLP is the traffic light protocol", "red amber green", "[TLP:RED] x", "HTTLP: x"});
    const auto sec = with_tags({"OFFICIAL"}, {{.before = "[SEC=", .after = "]"}});
    expect_near(sec, {{"Minutes [SEC=OFFICIAL:Sensitive]", "", "[SEC=OFFICIAL:Sensitive"}});
}

TEST(NearMiss, UnreadableSubjectIsNeverClean) {
    for (const char* text : {"=?x-unknown?Q?Gr=FC=DFe?=", "=?x-jis?B?GyRCNSFMKRsoQg==?=", "\x1B$B5!L)\x1B(B",
                             "=?utf-8?Q?[=EB=CF=CE=C6]?=", "=?utf-16?b?WwBjAG8AbgBmAGkAZABlAG4AdABpAGEAbABdAA==?= x"}) {
        const auto found = find_tags(example_policy(), subject(text));
        ASSERT_EQ(found.near_misses.size(), 1U) << text;
        EXPECT_EQ(found.near_misses[0].suggestion, "");
    }
    expect_clean(example_policy(), {"=?utf-8?Q?Gr=FC=DFe?=",
                                    "Gr\xFC\xDF"
                                    "e",
                                    "=?x-unknown?Q?hello?="});
}

TEST(NearMiss, QuotedTextIsShortAndPrintable) {
    const auto found = find_tags(example_policy(), field("X-Classification", "a\x07\u202Eb\u200Bc " + std::string(500, 'x')));
    ASSERT_EQ(found.near_misses.size(), 1U);
    EXPECT_EQ(found.near_misses[0].text, "abc " + std::string(60, 'x'));
    const auto wide = find_tags(example_policy(), field("X-Classification", [] {
                                    std::string text;
                                    for (int i = 0; i < 200; ++i) text += "密";
                                    return text;
                                }()));
    EXPECT_EQ(sealgate::text::decode_utf8(wide.near_misses.at(0).text), std::u32string(64, U'密'));
}

std::string repeated(std::string_view piece, std::size_t bytes) {
    std::string out;
    while (out.size() < bytes) out += piece;
    return out;
}

// Generous for sanitizers: quadratic work on a megabyte would take minutes.
// Of a Subject: so much that anything but a linear search would end in the test runner's timeout.
constexpr std::size_t most = 1 << 19;

TEST(NearMiss, AHugeSubjectIsReadAndNeverSilently) {
    auto rules = example_policy();
    rules.carriers.subject = {{.before = "[", .after = "]"},
                              {.before = "#", .after = "#"},
                              {.before = "", .after = ":"},
                              {.before = "TLP:", .after = ""}};
    for (const char* piece : {"[", "]", "[]", "[a]", "(a)", "[confidental", "#", "a:", "TLP:", "tlp ", "(a b c d e f g h)",
                              "[confidental]", "[密密密密密密]", "[Жжжжж жжж]", "[a\u0301\u0327]"}) {
        const auto found = find_tags(rules, subject(repeated(piece, most)));
        const bool says_nothing = std::string_view(piece).size() <= 2;
        EXPECT_TRUE(says_nothing || !found.near_misses.empty()) << piece;
        EXPECT_LE(found.near_misses.size(), 24U);
    }
}

TEST(NearMiss, AHugeSubjectOfAnythingIsRead) {
    for (const char* piece : {"=?", "=?a?Q?", "=?utf-8?Q?a?=", "=?koi8-r?Q?=C1?==?iso-8859-2?B?YQ==?=", "=?x?B?", "\u0301",
                              "\xFF", "ж", "\uFDFA", "\u200B", "[public]", "=?iso-2022-jp?B?GyRCNSFMKRsoQg==?= "}) {
        find_tags(example_policy(), subject(repeated(piece, most)));
    }
}

// Of text that a program may read in several ways: what that costs is one account for the whole message.
TEST(NearMiss, ReadingsOfManyFieldsAreReadTogetherAndNeverSilently) {
    message mail;
    const std::string disputed =
        "=?iso-2022-jp?B?" + sealgate::text::encode_base64("[\x1B$B" + repeated("5!", 124) + "\x1B(B]") + "A?=";
    for (int i = 0; i < 2000; ++i) mail.fields.push_back({.name = "Subject", .value = " " + disputed + std::to_string(i)});
    const auto found = find_tags(example_policy(), mail);
    EXPECT_TRUE(std::ranges::any_of(found.near_misses, &near_miss::unread));
}

TEST(NearMiss, TheTagInTheLastOfTenThousandFieldsIsFound) {
    message mail;
    for (int i = 0; i < 10'000; ++i)
        for (const char* name : {"Subject", "X-Classification", "Sensitivity"})
            mail.fields.push_back({.name = name, .value = " [nothing] " + std::to_string(i)});
    mail.fields.push_back({.name = "Subject", .value = " [confidential]"});
    const auto found = find_tags(example_policy(), mail);
    EXPECT_EQ(found.tags.size(), 1U);
    EXPECT_FALSE(found.near_misses.empty());
}

} // namespace
