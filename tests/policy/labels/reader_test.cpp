// Labels held against the policy: each known value counts, the rest is treated as `unknown` says, what is malformed is in
// doubt, and no label ever takes back what another one or a tag says.
#include "policy/base/base64.hpp"
#include "policy/decision/decide.hpp"
#include "policy/labels/reader.hpp"
#include "policy/tags/reader.hpp"
#include "tests/policy/support/policies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace sealgate::policy;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string all_families = R"(  labels:
    msip: {tenant: aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee, values: {11111111-2222-3333-4444-555555555555: confidential, General: internal}, unknown: near-miss}
    epms: {values: {PROTECTED: confidential, "OFFICIAL:Sensitive": confidential, OFFICIAL: internal, UNOFFICIAL: public}}
    tlp: {values: {RED: confidential, AMBER+STRICT: confidential, AMBER: internal, GREEN: internal, CLEAR: public}}
    sio: {values: {ACME CONFIDENTIAL: confidential, NATO SECRET: confidential}}
    titus: {field: Classification, values: {Secret: confidential}}
    boldon-james: {values: {id_secret: confidential}}
    janusseal: {namespace: 2022.1.example-defence.com, values: {D04FB6C2: confidential}}
    nextcloud: {instance: oc1abcde2fgh, values: {"1234567890123456789": confidential}}
    keywords: {values: {Project X: confidential}}
    calendar: {values: {PRIVATE: confidential, CONFIDENTIAL: confidential, PUBLIC: public}}
)";

policy labelled_policy(const std::string& labels = all_families) {
    auto text = example_policy;
    text.insert(text.find("tiers:"), labels);
    const auto rules = load_policy("policy.yaml", reader_of({{"policy.yaml", text}}));
    if (!rules) {
        for (const auto& problem : rules.error()) ADD_FAILURE() << problem.to_string();
        return {};
    }
    return *rules;
}

// "CARRIER TAG" of each tag, and "CARRIER?" of each near miss ("CARRIER!" where it could not be read).
std::vector<std::string> said_by(const policy& rules, const std::string& header, const std::string& body = "body\n") {
    std::vector<std::string> out;
    const auto found = find_tags(rules, parse_message(header + "\n" + body));
    for (const auto& one : found.tags) out.push_back(std::string(name_of(one.where)) + " " + one.tag);
    for (const auto& one : found.near_misses) out.push_back(std::string(name_of(one.where)) + (one.unread ? "!" : "?"));
    return out;
}

std::vector<std::string> said_by(const std::string& header) { return said_by(labelled_policy(), header); }

const std::string msip_field = "msip_labels: MSIP_Label_11111111-2222-3333-4444-555555555555_Enabled=true;\n "
                               "MSIP_Label_11111111-2222-3333-4444-555555555555_Name=Confidential;\n "
                               "MSIP_Label_11111111-2222-3333-4444-555555555555_SiteId=aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee\n";

TEST(Labels, NoneIsReadUntilItsFamilyIsNamed) {
    const auto rules = labelled_policy("");
    const std::string fields = msip_field +
                               "X-Protective-Marking: SEC=PROTECTED\nX-TLP: RED\nSIO-Label: marking=x\nKeywords: Project X\n"
                               "x-titus-metadata-40: x\nx-bjprotectivemarking: x\nX-NC-Governance-Label: x\n";
    EXPECT_THAT(said_by(rules, fields + "Content-Type: text/calendar\n", "CLASS:CONFIDENTIAL\n"), IsEmpty());
    EXPECT_THAT(said_by(rules, "Subject: TLP:RED alert\n"), IsEmpty());
    EXPECT_THAT(said_by(labelled_policy("  labels: {}\n"), fields), IsEmpty());
}

TEST(Labels, EachFamilyIsReadAndNamed) {
    EXPECT_THAT(said_by(msip_field), ElementsAre("msip 11111111-2222-3333-4444-555555555555"));
    EXPECT_THAT(
        said_by("x-protective-marking: VER=2018.4, NS=gov.au, SEC=PROTECTED,\n ACCESS=Legal-Privilege, ORIGIN=a@b.gov.au\n"),
        ElementsAre("epms PROTECTED"));
    EXPECT_THAT(said_by("Subject: plan [SEC=PROTECTED, ACCESS=Legal-Privilege]\n"), ElementsAre("epms PROTECTED"));
    EXPECT_THAT(said_by("Subject: =?utf-8?Q?TLP:RED_-_Inci?= =?utf-8?Q?dent?=\n"), ElementsAre("tlp RED"));
    EXPECT_THAT(said_by("Subject: =?utf-8?Q?x_[SEC=3DPROTECTED]?=\n"), ElementsAre("epms PROTECTED"));
    EXPECT_THAT(said_by("TLP: White\n"), ElementsAre("tlp CLEAR"));
    EXPECT_THAT(said_by("SIO-Label: marking=\"ACME CONFIDENTIAL\"; fgcolor=white\n"), ElementsAre("sio ACME CONFIDENTIAL"));
    EXPECT_THAT(said_by("x-titus-metadata-40: eyJNZXRhZGF0YSI6eyJwcm9wcyI6W3sibiI6IkNsYXNz\n "
                        "aWZpY2F0aW9uIiwidmFscyI6W3sidmFsdWUiOiJTZWNyZXQifV19XX19\n"),
                ElementsAre("titus Secret"));
    EXPECT_THAT(said_by("x-bjprotectivemarking: <?xml version=\"1.0\"?><sisl\n a=\"b\"><element\n uid=\"id_secret\" value=\"\" "
                        "/></sisl>\n"),
                ElementsAre("boldon-james id_secret"));
    EXPECT_THAT(said_by("X-Protective-Marking: VER=2021.0, NS=2022.1.example-defence.com, SEC=D04FB6C2,\n "
                        "ORIGIN=user@example-defence.com\n"),
                ElementsAre("janusseal D04FB6C2"));
    EXPECT_THAT(said_by("X-NC-Governance-Label: id=1234567890123456789; origin=oc1abcde2fgh\n"),
                ElementsAre("nextcloud 1234567890123456789"));
    EXPECT_THAT(said_by("Keywords: budget, project x\n"), ElementsAre("keywords Project X"));
    EXPECT_THAT(said_by(labelled_policy(), "Content-Type: text/calendar\n", "CLASS:CONFIDENTIAL\n"),
                ElementsAre("calendar CONFIDENTIAL"));
}

TEST(Labels, AMalformedOneIsANearMissAndWhatCanBeReadOfItCounts) {
    for (const char* field : {"msip_labels: x\n", "X-Protective-Marking: x\n", "SIO-Label: x\n", "x-titus-metadata-40: e30\n",
                              "x-bjprotectivemarking: <sisl>\n", "X-NC-Governance-Label: x\n", "Keywords: \"open\n"}) {
        const auto said = said_by(field);
        ASSERT_EQ(said.size(), 1U) << field;
        EXPECT_TRUE(said[0].ends_with('!')) << said[0];
    }
    EXPECT_THAT(said_by("X-Protective-Marking: SEC=PROTECTED, broken\n"), ElementsAre("epms PROTECTED", "epms!"));
    EXPECT_THAT(said_by("Subject: TLP RED\n"), ElementsAre("tlp RED", "tlp!"));
    EXPECT_THAT(said_by("X-TLP: =?x-nosuch?B?/////w==?=\n"), testing::Contains("tlp!"));
    EXPECT_THAT(said_by("X-TLP: RED" + std::string(200'000, ' ') + "x\n"), ElementsAre("tlp RED", "tlp!"));
    EXPECT_THAT(said_by("X-TLP: RED, " + std::string(200'000, ' ') + "x\n"), ElementsAre("tlp RED", "tlp!"));
    EXPECT_THAT(said_by("Subject: TLP:RED" + std::string(200'000, ' ') + "x\n"), ElementsAre("tlp RED", "epms!", "tlp!"));
    EXPECT_THAT(said_by("Subject: TLP:RED " + std::string(99'991, 'x') + "\u00E4 [SEC=PROTECTED]\n"),
                testing::Contains("tlp RED"))
        << "cut within a letter";
}

TEST(Labels, AnUnknownValueOfTitusIsNotHiddenByAKnownOneBesideIt) {
    const auto field = [](const std::string& values) {
        const auto json = R"({"Metadata":{"props":[{"n":"Classification","vals":[)" + values + "]}]}}";
        return "x-titus-metadata-40: " + sealgate::text::encode_base64(json) + "\n";
    };
    EXPECT_THAT(said_by(field(R"({"value":"Secret"},{"value":"Top Secret"})")), ElementsAre("titus Secret", "titus?"));
    EXPECT_THAT(said_by(field(R"({"value":"Secret"})")), ElementsAre("titus Secret"));
}

TEST(Labels, UnknownValuesAreTreatedAsThePolicySays) {
    const std::string subject = "Subject: x [SEC=SECRETISH]\n";
    const auto with_unknown = [](const std::string& what) {
        return labelled_policy("  labels: {epms: {values: {OFFICIAL: internal}" + what + "}}\n");
    };
    EXPECT_THAT(said_by(with_unknown(""), subject), ElementsAre("epms?"));
    EXPECT_THAT(said_by(with_unknown(", unknown: near-miss"), subject), ElementsAre("epms?"));
    EXPECT_THAT(said_by(with_unknown(", unknown: ignore"), subject), IsEmpty());
    EXPECT_THAT(said_by(with_unknown(", unknown: confidential"), subject), ElementsAre("epms unknown"));
    EXPECT_EQ(find_tags(with_unknown(", unknown: confidential"), parse_message(subject)).tags.at(0).classification, rank{2});
    EXPECT_THAT(said_by("Keywords: budget\n"), IsEmpty()) << "ordinary words, unless the policy says otherwise";
}

TEST(Labels, ALongerValueIsAnotherOne) {
    EXPECT_THAT(said_by("X-Protective-Marking: SEC=OFFICIAL:Sensitive\n"), ElementsAre("epms OFFICIAL:Sensitive"));
    EXPECT_THAT(said_by("X-Protective-Marking: SEC=OFFICIAL:Sensitive:Legal\n"), ElementsAre("epms?"));
    EXPECT_THAT(said_by("Subject: TLP:AMBER+STRICT\n"), ElementsAre("tlp AMBER+STRICT"));
}

TEST(Labels, FieldAndSubjectBothCount) {
    const auto found =
        find_tags(labelled_policy(), parse_message("Subject: x [SEC=PROTECTED]\nX-Protective-Marking: SEC=UNOFFICIAL\n\n"));
    std::vector<rank> ranks;
    for (const auto& one : found.tags) ranks.push_back(one.classification);
    EXPECT_THAT(ranks, testing::UnorderedElementsAre(rank{0}, rank{2}));
}

TEST(Labels, AnotherNamespaceIsUnknownWhateverItsValuesAre) {
    EXPECT_THAT(said_by("X-Protective-Marking: NS=other.example, SEC=OFFICIAL\n"), ElementsAre("epms?"));
    const auto janusseal =
        labelled_policy("  labels: {janusseal: {namespace: x.example, values: {A: internal}, unknown: ignore}}\n");
    EXPECT_THAT(said_by(janusseal, "X-Protective-Marking: NS=gov.au, SEC=A\n"), IsEmpty());
    EXPECT_THAT(said_by(janusseal, "X-Protective-Marking: NS=x.example, SEC=A\n"), ElementsAre("janusseal A"));
}

TEST(Labels, WhatStandsInAKnownLabelIsNoMisspeltTag) {
    const auto rules = labelled_policy("  labels: {epms: {values: {confidental: confidential}, unknown: ignore}}\n");
    EXPECT_THAT(said_by(rules, "Subject: [SEC=confidental]\n"), ElementsAre("epms confidental"));
    EXPECT_THAT(said_by(rules, "Subject: [SEC=confidental] [confidental]\n"), ElementsAre("epms confidental", "subject?"));
}

TEST(Labels, TheTagsOfAPolicyWithoutSubjectPatternsCanBeLabelsAlone) {
    auto rules = labelled_policy();
    rules.carriers.subject.clear();
    EXPECT_THAT(said_by(rules, "Subject: [SEC=PROTECTED]\n"), ElementsAre("epms PROTECTED"));
    EXPECT_THAT(said_by(rules, "Subject: =?x-nosuch?B?/////w==?=\n"), ElementsAre("subject!"));
}

TEST(Labels, TenThousandFieldsAreReadAndFewAreTold) {
    std::string fields;
    for (int i = 0; i < 10'000; ++i) fields += "X-TLP: COLOUR" + std::to_string(i) + "\nX-TLP: RED\n";
    const auto found = find_tags(labelled_policy(), parse_message(fields));
    EXPECT_EQ(found.tags.size(), 1U);
    EXPECT_EQ(found.near_misses.size(), 16U);
}

// Beside a tag or another label; a mail that has neither is what its label says, as it is what a header says.
TEST(Labels, ALabelNeverMakesTheOutcomeMilder) {
    const std::vector<std::string> labels = {msip_field,
                                             "X-TLP: CLEAR\n",
                                             "X-TLP: RED\n",
                                             "X-TLP: PURPLE\n",
                                             "SIO-Label: x\n",
                                             "X-Protective-Marking: SEC=UNOFFICIAL\n",
                                             "Subject: [SEC=UNOFFICIAL]\n",
                                             "Subject: [SEC=PROTECTED]\n",
                                             "Keywords: Project X\n",
                                             "Subject: [SEC=\n"};
    std::vector<std::string> mails = {"Subject: [public]\n", "Subject: [internal]\n", "Subject: [confidential]\n",
                                      "X-Classification: internal\n", "Sensitivity: Private\n"};
    mails.insert(mails.end(), labels.begin(), labels.end());
    auto rules = labelled_policy();
    const auto outcome_of = [&](const std::string& header) {
        facts known;
        known.findings = find_tags(rules, parse_message(header));
        known.recipients = {{.who = parse_address("bob@yahoo.com"), .key = {}},
                            {.who = parse_address("ann@example.org"), .key = {}}};
        return known.findings.tags.empty() ? std::nullopt : std::optional(decide(rules, known).what);
    };
    for (const auto what : {near_miss_action::ignore, near_miss_action::warn, near_miss_action::reject})
        for (const auto& mail : mails)
            for (const auto& label : labels) {
                rules.near_miss = what;
                const auto before = outcome_of(mail);
                EXPECT_TRUE(!before || outcome_of(mail + label) >= before) << mail << label;
            }
}

} // namespace
