// Australian protective markings: every token whole, escapes undone, in the field and in a Subject.
#include "policy/labels/epms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace sealgate::policy;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Epms, TheClassIsReadWhole) {
    const auto expect = [](const char* field, const char* value, const char* space) {
        const auto read = read_protective_marking(field);
        ASSERT_FALSE(read.what.values.empty()) << field;
        EXPECT_EQ(read.what.values.front(), value) << field;
        EXPECT_FALSE(read.what.malformed) << field;
        EXPECT_EQ(read.space, space) << field;
        EXPECT_EQ(read.what.text, field);
    };
    expect("VER=2018.4, NS=gov.au, SEC=OFFICIAL:Sensitive, ACCESS=Legal-Privilege, ORIGIN=a.b@entity.gov.au",
           "official:sensitive", "gov.au");
    expect("VER=2025.1, NS=gov.au, SEC=TOP-SECRET", "top-secret", "gov.au");
    expect("VER=2018.2, NS=gov.au, SEC=UNOFFICIAL, ORIGIN=user@agency.gov.au", "unofficial", "gov.au");
    expect("VER=2021.0, NS=2022.1.example-defence.com, SEC=D04FB6C2, ORIGIN=user@example-defence.com", "d04fb6c2",
           "2022.1.example-defence.com");
    expect("ver=2005.6,ns=vic.gov.au,sec=OFFICIAL: Sensitive", "official:sensitive", "vic.gov.au");
    expect("SEC=PROTECTED, CAVEAT=SH:CABINET, EXPIRES=2019-07-01, DOWNTO=OFFICIAL", "protected", "");
    expect("SEC=PROTECTED, NEWKEY=anything", "protected", "");
}

TEST(Epms, ABackslashTakesACharactersMeaning) {
    const auto read = read_protective_marking("SEC=IN\\,CONFIDENCE\\=x\\\\, NOTE=one\\, SEC\\=SECRET");
    EXPECT_THAT(read.what.values, ElementsAre("in,confidence=x\\"));
    EXPECT_FALSE(read.what.malformed);
}

TEST(Epms, WhatHasNoClassOrSeveralIsMalformedAndAllOfThemAreRead) {
    for (const char* field :
         {"VER=2018.4, NS=gov.au", "SEC=", "SEC=SECRET,", "SECRET", "SEC=A, SEC=B", "VER=18.4, SEC=SECRET",
          "VER=2018., SEC=SECRET", "VER=abcd.1, SEC=SECRET", "NS=a.au, NS=b.au, SEC=SECRET", ",", "=", "\\"})
        EXPECT_TRUE(read_protective_marking(field).what.malformed) << field;
    EXPECT_THAT(read_protective_marking("SEC=A, SEC=B").what.values, ElementsAre("a", "b"));
    EXPECT_THAT(read_protective_marking("SEC=SECRET, broken").what.values, ElementsAre("secret"));
}

TEST(Epms, NamespacesBelowOneAreOfIt) {
    EXPECT_TRUE(is_namespace_of("gov.au", {"gov.au"}) && is_namespace_of("vic.gov.au", {"gov.au"}));
    EXPECT_FALSE(is_namespace_of("notgov.au", {"gov.au"}) || is_namespace_of("", {"gov.au"}) || is_namespace_of("gov.au", {}));
}

TEST(Epms, MarkingsStandAnywhereInASubject) {
    const std::string subject =
        "RE: Plan [SEC=SECRET, CAVEAT=SH:ACCOUNTABLE-MATERIAL, CAVEAT=RI:AUSTEO] x [ sec = OFFICIAL: Sensitive ]";
    const auto found = protective_markings_in(subject);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_THAT(found[0].what.values, ElementsAre("secret", "sh:accountable-material", "ri:austeo"));
    EXPECT_EQ(subject.substr(found[0].begin, found[0].end - found[0].begin),
              "[SEC=SECRET, CAVEAT=SH:ACCOUNTABLE-MATERIAL, CAVEAT=RI:AUSTEO]");
    EXPECT_THAT(found[1].what.values, ElementsAre("official:sensitive"));
    EXPECT_EQ(found[1].what.text, "[ sec = OFFICIAL: Sensitive ]");
    EXPECT_FALSE(found[0].what.malformed || found[1].what.malformed);
}

TEST(Epms, OtherBracketsAndNoEndAreMalformed) {
    for (const char* subject : {"(SEC=SECRET)", "[SEC=SECRET", "{SEC=SECRET]", "[SEC=SECRET)", "[SEC=]", "[SEC=SECRET, X]"}) {
        const auto found = protective_markings_in(subject);
        ASSERT_EQ(found.size(), 1U) << subject;
        EXPECT_TRUE(found[0].what.malformed) << subject;
    }
    EXPECT_THAT(protective_markings_in("\uFF3BSEC=SECRET\uFF3D"), testing::SizeIs(1)) << "full width";
    for (const char* subject :
         {"", "sec=5", "https://x.example/?a[]&sec=5", "[sector=7]", "[Sec team] x", "[sec-filing]", "x sec=5"})
        EXPECT_THAT(protective_markings_in(subject), IsEmpty()) << subject;
}

TEST(Epms, MiswrittenItIsMalformed) {
    for (const char* subject :
         {"[SEC:PROTECTED]", "[SEC PROTECTED]", "[SEC-PROTECTED]", "[VER=2018.4, SEC=PROTECTED]",
          "[ACCESS=Personal-Privacy, SEC=PROTECTED]", "SEC=PROTECTED", "x SEC=PROTECTED y", "[SCE=PROTECTED]"}) {
        const auto found = protective_markings_in(subject);
        ASSERT_EQ(found.size(), 1U) << subject;
        EXPECT_TRUE(found[0].what.malformed) << subject;
    }
    EXPECT_THAT(protective_markings_in("[VER=2018.4, SEC=PROTECTED]").at(0).what.values, ElementsAre("protected"));
    EXPECT_THAT(protective_markings_in("[SEC=UNOFFICIAL, CAVEAT=SECRET]").at(0).what.values,
                ElementsAre("unofficial", "secret"));
}

TEST(Epms, AHostileSubjectIsReadOnce) {
    std::string many, escaped = "[SEC=";
    for (int i = 0; i < 10'000; ++i) many += "[SEC=";
    for (int i = 0; i < 100'000; ++i) escaped += "\\]";
    EXPECT_LE(protective_markings_in(many).size(), 1U);
    EXPECT_THAT(protective_markings_in(escaped), testing::SizeIs(1));
    many.clear();
    for (int i = 0; i < 10'000; ++i) many += "[SEC=SECRET]";
    EXPECT_THAT(protective_markings_in(many), testing::SizeIs(10'000));
    EXPECT_TRUE(read_protective_marking("SEC=" + std::string(1'000'000, ',')).what.malformed);
}

} // namespace
