// Exact tags in all carriers, and tags that are only on the screen. What is nearly a tag: near_miss*_test.cpp.
#include "policy/base/base64.hpp"
#include "policy/tags/reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace sealgate::policy;
using words = std::vector<std::string>;

policy example_policy() {
    policy rules;
    rules.classifications = {
        {.name = "public", .tags = {"public", "公开"}},
        {.name = "internal", .tags = {"internal", "interne", "geschäftlich", "VS-NfD"}},
        {.name = "confidential",
         .tags = {"confidential", "vertraulich", "streng vertraulich", "confidentiel", "конфиденциально", "机密", "機密",
                  "OFFICIAL:Sensitive", "gizli"}},
    };
    rules.untagged = 1;
    rules.carriers.subject = {{.before = "[", .after = "]"}};
    rules.carriers.headers = {"X-Classification", "Keywords"};
    rules.carriers.sensitivity = {{"Company-Confidential", 2}, {"Private", 2}, {"Personal", 1}};
    return rules;
}

policy with_patterns(policy rules, std::vector<subject_pattern> patterns) {
    rules.carriers.subject = std::move(patterns);
    return rules;
}

policy with_tags(words tags, std::vector<subject_pattern> patterns) {
    auto rules = with_patterns(example_policy(), std::move(patterns));
    rules.classifications = {{.name = "low", .tags = {}}, {.name = "high", .tags = std::move(tags)}};
    rules.untagged = 0;
    return rules;
}

message mail_with(std::vector<header_field> fields) { return {.fields = std::move(fields), .body = {}}; }

message subject(std::string_view text) { return mail_with({{.name = "Subject", .value = " " + std::string(text)}}); }

words tags_in(const policy& rules, const message& mail) {
    words tags;
    for (const auto& found : find_tags(rules, mail).tags) tags.push_back(found.tag);
    return tags;
}

struct row {
    const char* subject;
    words tags;
};

void expect_tags(const policy& rules, std::initializer_list<row> rows) {
    for (const auto& [text, tags] : rows) {
        const auto found = find_tags(rules, subject(text));
        EXPECT_EQ(tags_in(rules, subject(text)), tags) << text;
        if (tags.empty()) continue;
        for (const auto& miss : found.near_misses)
            ADD_FAILURE() << text << " is also a near miss: " << miss.text << " -> " << miss.suggestion;
    }
}

TEST(Tags, PatternIsFoundAnywhereInTheSubject) {
    expect_tags(example_policy(), {{"[CONFIDENTIAL] Q3 figures", {"confidential"}},
                                   {"Re: [Confidential] Q3", {"confidential"}},
                                   {"Offer [INTERNAL]", {"internal"}},
                                   {"Offer[internal]attached", {"internal"}},
                                   {"[VS-NfD] Lagebild", {"VS-NfD"}},
                                   {"[Streng vertraulich]", {"streng vertraulich"}},
                                   {"[Vertraulich]", {"vertraulich"}},
                                   {"[[confidential]]", {"confidential"}},
                                   {"(see [confidential])", {"confidential"}},
                                   {"", {}},
                                   {"Q3 figures", {}}});
}

TEST(Tags, ReplyPrefixesDoNotHideATag) {
    expect_tags(example_policy(), {{"Re: Fwd: AW: WG: SV: Re[2]: [confidential] x", {"confidential"}},
                                   {"RE: [list-name] FW: [confidential] x", {"confidential"}},
                                   {"答复: 回复: [机密] x", {"机密"}},
                                   {"Antw:Odp:TR:[confidential]x", {"confidential"}}});
}

TEST(Tags, CaseWidthWhiteSpaceAndInvisibleCharactersDoNotMatter) {
    expect_tags(example_policy(), {{"[ Confidential ]", {"confidential"}},
                                   {"[con fi\tdential]", {"confidential"}},
                                   {"［ｃｏｎｆｉｄｅｎｔｉａｌ］ x", {"confidential"}},
                                   {"［機密］", {"機密"}},
                                   {"[confi\u00ADden\u200Btial\u200E]", {"confidential"}},
                                   {"\u2067[confidential]\u2069", {"confidential"}},
                                   {"[streng\u00A0vertraulich]", {"streng vertraulich"}},
                                   {"[strengvertraulich]", {"streng vertraulich"}},
                                   {"[conﬁdential]", {"confidential"}},
                                   {"[GESCHÄFTLICH]", {"geschäftlich"}},
                                   {"[gescha\u0308ftlich]", {"geschäftlich"}},
                                   {"[GİZLİ]", {"gizli"}},
                                   {"[КОНФИДЕНЦИАЛЬНО] отчёт", {"конфиденциально"}},
                                   {"[公开] 通知", {"公开"}}});
}

TEST(Tags, FoldedSubjectIsOneLine) {
    expect_tags(example_policy(), {{"Q3\n [streng\n\tvertraulich]", {"streng vertraulich"}}});
}

TEST(Tags, EncodedWordsAreDecodedBeforeMatching) {
    expect_tags(example_policy(), {{"=?utf-8?Q?[CONFI?= =?utf-8?Q?DENTIAL]?=", {"confidential"}},
                                   {"=?utf-8?Q?[CONFI?=\n =?utf-8?Q?DENTIAL]?=", {"confidential"}},
                                   {"=?utf-8?Q?=5Bconfidential=5D?= x", {"confidential"}},
                                   {"=?utf-8*en?Q?[confidential]?=", {"confidential"}},
                                   {"=?utf-8?B?W2NvbmZpZGVudGlhbF0=?=", {"confidential"}},
                                   {"=?utf-8?Q?[streng_vertraulich]?=", {"streng vertraulich"}},
                                   {"[=?utf-8?Q?gesch=C3?= =?utf-8?Q?=A4ftlich?=]", {"geschäftlich"}},
                                   {"=?iso-8859-1?Q?[gesch=E4ftlich]?=", {"geschäftlich"}},
                                   {"=?ISO-2022-JP?B?WxskQjUhTCkbKEJd?=", {"機密"}},
                                   {"=?UTF-16BE?B?AFtnOlvGAF0=?=", {"机密"}},
                                   {"=?koi8-r?Q?[=EB=CF=CE=C6=C9=C4=C5=CE=C3=C9=C1=CC=D8=CE=CF]?=", {"конфиденциально"}},
                                   {"=?x-unknown?Q?[confidential]?=", {"confidential"}}});
}

TEST(Tags, BrokenEncodedWordCannotHideATag) {
    expect_tags(example_policy(), {{"=?utf-8?Q?[confidential] x", {"confidential"}},
                                   {"=?utf-8?B?W2NvbmZpZGVudGlhbF0", {"confidential"}},
                                   {"=?utf-8?B?[confidential]?=", {"confidential"}},
                                   {"=?utf-8?Z?[confidential]?=", {"confidential"}},
                                   {"=?utf-8?[confidential]?=", {"confidential"}}});
}

TEST(Tags, RawEightBitSubjectIsRead) {
    expect_tags(example_policy(), {{"[gesch\xE4"
                                    "ftlich] x",
                                    {"geschäftlich"}},
                                   {"[confidential] caf\xE9", {"confidential"}},
                                   {"[\xE6\x9C\xBA\xE5\xAF\x86] \xFF", {"机密"}}});
}

TEST(Tags, SeveralTagsAreAllFoundOnceInOrder) {
    expect_tags(example_policy(), {{"[public][confidential] x [Public]", {"public", "confidential"}},
                                   {"[internal] Re: [vertraulich]", {"internal", "vertraulich"}}});
}

TEST(Tags, AllSubjectFieldsAreReadAndThreadTopicIsNot) {
    const auto rules = example_policy();
    const auto mail = mail_with({{.name = "Subject", .value = " x"},
                                 {.name = "SUBJECT", .value = " [confidential]"},
                                 {.name = "Thread-Topic", .value = " [public]"}});
    EXPECT_EQ(tags_in(rules, mail), words{"confidential"});
}

TEST(Tags, WithoutDelimitersNothingIsATag) {
    expect_tags(example_policy(), {{"confidential", {}},
                                   {"the confidential report", {}},
                                   {"confidential]", {}},
                                   {"[confidential", {}},
                                   {"[internal-tools]", {}},
                                   {"[confidentially]", {}}});
}

TEST(Tags, OpenSideNeedsAWordsEnd) {
    expect_tags(with_tags({"secret"}, {{.before = "", .after = ":"}}), {{"SECRET: x", {"secret"}},
                                                                        {"Re: secret: x", {"secret"}},
                                                                        {"Re:secret: x", {"secret"}},
                                                                        {"s e c r e t : x", {"secret"}},
                                                                        {"(secret: x)", {"secret"}},
                                                                        {"nonsecret: x", {}},
                                                                        {"top-secret: x", {}},
                                                                        {"un_secret: x", {}}});
    expect_tags(with_tags({"secret"}, {{.before = "#", .after = ""}}), {{"#secret", {"secret"}},
                                                                        {"#secret, x", {"secret"}},
                                                                        {"x #secret.", {"secret"}},
                                                                        {"#secret plan", {"secret"}},
                                                                        {"#secretary", {}},
                                                                        {"#secret-santa", {}},
                                                                        {"# secrets", {}}});
}

TEST(Tags, TrafficLightsAreReadAsTokens) {
    const words colours = {"RED", "AMBER", "AMBER+STRICT", "GREEN", "CLEAR"};
    expect_tags(with_tags(colours, {{.before = "TLP:", .after = ""}}), {{"[TLP:AMBER+STRICT] IOC list", {"AMBER+STRICT"}},
                                                                        {"TLP:AMBER+STRICT Feed", {"AMBER+STRICT"}},
                                                                        {"TLP:AMBER Feed", {"AMBER"}},
                                                                        {"TLP:RED - Incident 42", {"RED"}},
                                                                        {"tlp: red", {"RED"}},
                                                                        {"FW: [TLP: GREEN] digest", {"GREEN"}},
                                                                        {"TLP:AMBER, TLP:RED", {"AMBER", "RED"}},
                                                                        {"TLP:AMBER: x", {"AMBER"}},
                                                                        {"TLP:REDACTED", {}},
                                                                        {"HTTLP:RED", {}}});
    expect_tags(with_tags({"AMBER"}, {{.before = "TLP:", .after = ""}}), {{"TLP:AMBER+STRICT x", {}}});
    expect_tags(with_tags({"TLP:AMBER", "TLP:AMBER+STRICT"}, {{.before = "[", .after = "]"}}),
                {{"[TLP:AMBER+STRICT]", {"TLP:AMBER+STRICT"}}, {"[TLP: AMBER]", {"TLP:AMBER"}}});
}

TEST(Tags, AustralianMarkingsAreReadAsTokens) {
    const words classes = {"OFFICIAL", "OFFICIAL:Sensitive", "PROTECTED", "SECRET", "TOP-SECRET"};
    expect_tags(with_tags(classes, {{.before = "[SEC=", .after = ""}}),
                {{"Minutes [SEC=OFFICIAL:Sensitive, ACCESS=Legal-Privilege]", {"OFFICIAL:Sensitive"}},
                 {"Minutes [SEC=OFFICIAL: Sensitive]", {"OFFICIAL:Sensitive"}},
                 {"Minutes [SEC=OFFICIAL]", {"OFFICIAL"}},
                 {"Report [SEC=PROTECTED, EXPIRES=2019-07-01, DOWNTO=OFFICIAL]", {"PROTECTED"}},
                 {"Plan [SEC=SECRET, CAVEAT=SH:ACCOUNTABLE-MATERIAL, CAVEAT=RI:AUSTEO]", {"SECRET"}},
                 {"Plan [SEC=TOP-SECRET]", {"TOP-SECRET"}}});
}

TEST(Tags, DelimitersMayBeAnySigns) {
    expect_tags(with_tags({"secure"}, {{.before = "#", .after = "#"}}),
                {{"#secure# x", {"secure"}}, {"# SECURE # x", {"secure"}}, {"a #b#secure#c#", {"secure"}}});
    expect_tags(with_tags({"pgp"}, {{.before = "%", .after = "%"}}), {{"x %PGP%", {"pgp"}}});
    expect_tags(
        with_tags({"OFFICIAL-SENSITIVE"}, {{.before = "", .after = ":"}, {.before = "[", .after = "]"}}),
        {{"OFFICIAL-SENSITIVE: HR case", {"OFFICIAL-SENSITIVE"}}, {"[OFFICIAL-SENSITIVE] bid", {"OFFICIAL-SENSITIVE"}}});
}

TEST(Tags, LongestOfTwoMatchesWithinEachOtherHolds) {
    const auto rules = with_tags({"RED", "TLP:RED"}, {{.before = "TLP:", .after = ""}, {.before = "[", .after = "]"}});
    EXPECT_EQ(tags_in(rules, subject("[TLP:RED]")), words{"TLP:RED"});
}

TEST(Tags, HeaderValueIsATag) {
    const auto rules = example_policy();
    for (const char* value : {" confidential", " CONFIDENTIAL\n ", "con\u00ADfidential",
                              " =?utf-8?Q?confidential?=", " ｃｏｎｆｉｄｅｎｔｉａｌ"}) {
        const auto found = find_tags(rules, mail_with({{.name = "x-classification", .value = value}}));
        ASSERT_EQ(found.tags.size(), 1U) << value;
        EXPECT_EQ(found.tags[0], (found_tag{.tag = "confidential", .classification = 2, .where = carrier::header}));
        EXPECT_TRUE(found.near_misses.empty());
    }
    const auto found = find_tags(rules, mail_with({{.name = "X-Other", .value = " confidential"}}));
    EXPECT_TRUE(found.tags.empty());
}

TEST(Tags, HeaderMayListTagsAndStandManyTimes) {
    const auto rules = example_policy();
    const auto found = find_tags(rules, mail_with({{.name = "Keywords", .value = " Public; internal,, "},
                                                   {.name = "Keywords", .value = " streng vertraulich ; public"},
                                                   {.name = "X-Classification", .value = " "}}));
    words tags;
    for (const auto& tag : found.tags) tags.push_back(tag.tag);
    EXPECT_EQ(tags, (words{"public", "internal", "streng vertraulich"}));
    EXPECT_TRUE(found.near_misses.empty());
}

TEST(Tags, SensitivityIsLookedUp) {
    const auto rules = example_policy();
    for (const char* value : {" Company-Confidential", "company-confidential", " Company-Confidential (internal use)",
                              " (a (nested\\) one)) COMPANY - CONFIDENTIAL"}) {
        const auto found = find_tags(rules, mail_with({{.name = "sensitivity", .value = value}}));
        ASSERT_EQ(found.tags.size(), 1U) << value;
        EXPECT_EQ(found.tags[0],
                  (found_tag{.tag = "Company-Confidential", .classification = 2, .where = carrier::sensitivity}));
    }
    for (const char* value : {" Normal", " ", " (Private)", " 0"}) {
        const auto found = find_tags(rules, mail_with({{.name = "Sensitivity", .value = value}}));
        EXPECT_TRUE(found.tags.empty() && found.near_misses.empty()) << value;
    }
}

TEST(Tags, ASensitivityThatIsATagIsThatTag) {
    const auto expect = [](const char* value, const char* tag, rank classification) {
        const auto found = find_tags(example_policy(), mail_with({{.name = "Sensitivity", .value = value}}));
        EXPECT_EQ(found.tags,
                  (std::vector<found_tag>{{.tag = tag, .classification = classification, .where = carrier::sensitivity}}))
            << value;
        EXPECT_TRUE(found.near_misses.empty()) << value;
    };
    expect(" Confidential", "confidential", 2);
    expect(" =?utf-8?Q?Streng_Vertraulich?= (von Outlook)", "streng vertraulich", 2);
    expect(" normal, confidential", "confidential", 2);
    auto rules = example_policy();
    rules.carriers.sensitivity = {{"Confidential", 0}};
    const auto found = find_tags(rules, mail_with({{.name = "Sensitivity", .value = " Confidential"}})).tags;
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].classification, 0U) << "what the policy says of a value holds";
}

TEST(Tags, EachCarrierIsNamed) {
    const auto found = find_tags(example_policy(), mail_with({{.name = "Sensitivity", .value = " Private"},
                                                              {.name = "X-Classification", .value = " public"},
                                                              {.name = "Subject", .value = " [public]"}}));
    const std::vector<found_tag> wanted = {{.tag = "Private", .classification = 2, .where = carrier::sensitivity},
                                           {.tag = "public", .classification = 0, .where = carrier::header},
                                           {.tag = "public", .classification = 0, .where = carrier::subject}};
    EXPECT_EQ(found.tags, wanted);
}

TEST(Tags, EverySplitOfATagIntoEncodedWordsIsFound) {
    const auto rules = example_policy();
    const std::string tag = "[конфиденциально]";
    for (std::size_t at = 0; at <= tag.size(); ++at) {
        const auto word = [](std::string_view part) { return "=?utf-8?B?" + sealgate::text::encode_base64(part) + "?="; };
        const auto split = word(tag.substr(0, at)) + "\n " + word(tag.substr(at));
        EXPECT_EQ(tags_in(rules, subject(split)), words{"конфиденциально"}) << at;
    }
}

TEST(Tags, PolicyWithoutCarriersFindsNothing) {
    auto rules = example_policy();
    rules.carriers = {};
    const auto found = find_tags(
        rules, mail_with({{.name = "Subject", .value = " [confidential]"}, {.name = "Sensitivity", .value = " Private"}}));
    EXPECT_TRUE(found.tags.empty() && found.near_misses.empty());
}

TEST(Tags, EachValueOfAListedSensitivityIsRead) {
    const auto mail = mail_with({{.name = "Sensitivity", .value = " Private, Personal"}});
    EXPECT_EQ(tags_in(example_policy(), mail), (words{"Private", "Personal"}));
}

TEST(Tags, SensitivityIsComparedFolded) {
    for (const char* value : {"COMPANY-CONFIDENTIAL", " company - confidential ", "Company\u2011Confidential"})
        EXPECT_EQ(tags_in(example_policy(), mail_with({{.name = "Sensitivity", .value = value}})),
                  words{"Company-Confidential"})
            << value;
}

TEST(Tags, OfSensitivitiesThatFoldAlikeTheMoreSensitiveHolds) {
    auto rules = example_policy();
    rules.carriers.sensitivity = {{"PRIVATE", 2}, {"Private", 0}, {"private", 1}};
    const auto found = find_tags(rules, mail_with({{.name = "Sensitivity", .value = " pRIVATE"}})).tags;
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].classification, 2U);
}

TEST(Tags, TagThatIsOnlyOnTheScreenIsNoticed) {
    const auto is_near = [](std::string_view text, std::string_view suggestion) {
        const auto found = find_tags(example_policy(), subject(text));
        EXPECT_TRUE(found.tags.empty()) << text;
        ASSERT_EQ(found.near_misses.size(), 1U) << text;
        EXPECT_EQ(found.near_misses[0].suggestion, suggestion) << text;
    };
    is_near("[\u202Elaitnedifnoc\u202C] x", "[confidential]");
    is_near("\u202E]laitnedifnoc[\u202C x", ""); // there brackets are mirrored
    is_near("\u202E[laitnedifnoc]\u202C x", "[confidential]");
    is_near("x \u202E[latnedifnoc]", "[confidential]"); // misspelt as well
    is_near("\u2067[\u2066tial\u2069\u2066iden\u2069\u2066conf\u2069]\u2069", "[confidential]");
    is_near("\u202B[\u202Atial\u202C\u200F\u202Aconfiden\u202C]\u202C", "[confidential]");
    is_near("[\u2068\u200F\u2066tial\u2069\u2066confiden\u2069\u2069]", "[confidential]");
    is_near("[\u2067d\u200Fial\u200Fconfident\u2069]", "[confidential]");
    is_near("\u202Eanything\u202C", "");
    is_near("\u202E", "");
    std::string marks;
    for (int i = 0; i < 5000; ++i) marks += "\u200F(";
    is_near(marks, "");
}

TEST(Tags, OverrideOfLeftToRightHidesRightToLeftTags) {
    const auto rules = with_tags({"סודי", "סודי ביותר"}, {{.before = "[", .after = "]"}});
    for (const char* text : {"[\u202Dידוס\u202C] x", "\u202D[ידוס]\u202C x"}) {
        const auto found = find_tags(rules, subject(text));
        ASSERT_EQ(found.near_misses.size(), 1U) << text;
        EXPECT_EQ(found.near_misses[0],
                  (near_miss{.text = "[ידוס] x", .suggestion = "[סודי]", .where = carrier::subject, .meant = 1}));
    }
}

TEST(Tags, OrdinaryMailOfBothDirectionsIsClean) {
    for (const char* text :
         {"Call from \u202D+49 170 1234567\u202C", "\u2068Ann\u2069 invited you to \u2068[sealgate] planning\u2069",
          "\u200Fשלום [list] internal\u200F", "\u202Bמסמך confidential (draft)\u202C",
          "\u200Fتقرير [EXTERNAL] ‎2024\u200F", "\u2067[confidential]\u2069", "\u200F[confidential] שלום (x)",
          "\u200Fשלום [public], [internal]: a"})
        EXPECT_TRUE(find_tags(example_policy(), subject(text)).near_misses.empty()) << text;
    const auto found = find_tags(example_policy(), subject("\u200Fשלום [confidental] x"));
    ASSERT_EQ(found.near_misses.size(), 1U);
    EXPECT_EQ(found.near_misses[0].text, "[confidental]");
}

TEST(Tags, TooManySteeredSubjectsAreNeverClean) {
    std::vector<header_field> fields(1000, {.name = "Subject", .value = " \u200Fשלום"});
    EXPECT_EQ(find_tags(example_policy(), mail_with(fields)).near_misses.size(), 1U);
    fields.resize(10);
    EXPECT_TRUE(find_tags(example_policy(), mail_with(fields)).near_misses.empty());
}

TEST(Tags, OverrideBesideATagIsStillOne) {
    const auto found = find_tags(example_policy(), subject("\u202E[public]\u202C"));
    EXPECT_EQ(found.tags.size(), 1U);
    EXPECT_EQ(found.near_misses.size(), 1U);
}

} // namespace
