// The Traffic Light Protocol: the longest match, old forms, and what is no label.
#include "policy/labels/tlp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace sealgate::policy;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> tlp_values_in(std::string_view subject) {
    std::vector<std::string> out;
    for (const auto& one : tlp_labels_in(subject))
        for (const auto& value : one.what.values) out.push_back(one.what.malformed ? "?" + value : value);
    return out;
}

TEST(Tlp, TheLongestLabelIsRead) {
    EXPECT_THAT(tlp_values_in("[TLP:RED] Breach call"), ElementsAre("red"));
    EXPECT_THAT(tlp_values_in("TLP:AMBER+STRICT Feed"), ElementsAre("amber+strict"));
    EXPECT_THAT(tlp_values_in("[TLP:AMBER] STRICT"), ElementsAre("amber"));
    EXPECT_THAT(tlp_values_in("FW: [TLP: GREEN] digest"), ElementsAre("green"));
    EXPECT_THAT(tlp_values_in("tlp:clear"), ElementsAre("clear"));
    EXPECT_THAT(tlp_values_in("TLP: WHITE"), ElementsAre("clear"));
    EXPECT_THAT(tlp_values_in("TLP:AMBER-STRICT"), ElementsAre("amber+strict"));
    EXPECT_THAT(tlp_values_in("TLP:AMBER STRICT"), ElementsAre("amber+strict"));
    EXPECT_THAT(tlp_values_in("TLP:AMBER + STRICT x"), ElementsAre("amber+strict"));
    EXPECT_THAT(tlp_values_in("TLP:AMBER strictly speaking"), ElementsAre("amber"));
    EXPECT_THAT(tlp_values_in("TLP:GREEN and TLP:RED"), ElementsAre("green", "red"));
    EXPECT_THAT(tlp_values_in("\uFF34\uFF2C\uFF30\uFF1ARED"), ElementsAre("red"));
}

TEST(Tlp, OtherWordsAreReadWholeAndColoursWithoutAColonAreMalformed) {
    EXPECT_THAT(tlp_values_in("TLP:PURPLE"), ElementsAre("purple"));
    EXPECT_THAT(tlp_values_in("TLP:REDISH"), ElementsAre("redish"));
    EXPECT_THAT(tlp_values_in("TLP RED"), ElementsAre("?red"));
    EXPECT_THAT(tlp_values_in("[TLP-AMBER+STRICT]"), ElementsAre("?amber+strict"));
    for (const char* subject : {"", "TLP", "TLP:", "TLP: ", "the TLP standard", "XTLP:RED", "TLPRED", "about TLP: (a talk)"})
        EXPECT_THAT(tlp_values_in(subject), IsEmpty()) << subject;
}

TEST(Tlp, WhatIsTiedToAColourMakesItMalformed) {
    for (const char* subject : {"TLP:AMBER+STRIKT", "TLP:AMBER+STRCIT", "TLP:AMBER+STRICTLY", "TLP:AMBER+5TRICT",
                                "TLP:AMBER+STRI\u0421T", "TLP:AMBER+S", "TLP:AMBER+", "TLP:AMBER + all", "TLP:AMBER STRIKT",
                                "TLP:AMBER(S)", "TLP:AMBER (STRIKT)", "[TLP:AMBER–internal]", "TLP:AMBER.x"})
        EXPECT_THAT(tlp_values_in(subject), ElementsAre("?amber")) << subject;
    EXPECT_THAT(tlp_values_in("TLP:AMBER/RED"), ElementsAre("?amber", "?red"));
    EXPECT_THAT(tlp_values_in("TLP:AMBER+RED x"), ElementsAre("?amber", "?red"));
    EXPECT_THAT(tlp_values_in("[TLP:GREEN-RED]"), ElementsAre("?green", "?red"));
    EXPECT_THAT(tlp_values_in("TLP:CLEAR,RED"), ElementsAre("?clear", "?red"));
    for (const char* subject : {"TLP:AMBER–STRICT", "TLP:AMBER−STRICT", "TLP:AMBER:STRICT", "TLP:AMBER.STRICT",
                                "TLP:AMBER (STRICT)", "TLP:AMBER(STRICT) x", "TLP:AMBER – STRICT"})
        EXPECT_THAT(tlp_values_in(subject), ElementsAre("amber+strict")) << subject;
    for (const char* subject : {"TLP:GREEN - digest", "TLP:GREEN: digest", "TLP:GREEN. A digest", "TLP:GREEN, digest",
                                "TLP:GREEN (digest)", "[TLP:GREEN]digest", "TLP:GREEN | digest", "TLP:GREEN"})
        EXPECT_THAT(tlp_values_in(subject), ElementsAre("green")) << subject;
}

TEST(Tlp, MiswrittenItIsMalformed) {
    for (const char* subject :
         {"TLP–RED", "TLP:(RED)", "TLP:\"RED\"", "TLP::RED", "TLP.RED", "TPL:RED", "\u0422LP:RED", "TLP 2.0:RED", "TLP:[RED]"})
        EXPECT_THAT(tlp_values_in(subject), ElementsAre("?red")) << subject;
    for (const char* subject : {"TPL:PURPLE", "TIP: red wine", "TLP 2.0: a talk"})
        EXPECT_THAT(tlp_values_in(subject), IsEmpty()) << subject;
}

TEST(Tlp, ThePlaceIsThatOfTheLabel) {
    const std::string subject = "x [TLP:AMBER + STRICT] y";
    const auto found = tlp_labels_in(subject);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(subject.substr(found[0].begin, found[0].end - found[0].begin), "TLP:AMBER + STRICT");
}

TEST(Tlp, AFieldHasOneOrSeveral) {
    const auto values = [](const char* field) {
        std::vector<std::string> out;
        for (const auto& one : read_tlp(field)) out.push_back(one.values.at(0));
        return out;
    };
    EXPECT_THAT(values(" TLP:RED"), ElementsAre("red"));
    EXPECT_THAT(values("amber+strict"), ElementsAre("amber+strict"));
    EXPECT_THAT(values("TLP: Amber Strict"), ElementsAre("amber+strict"));
    EXPECT_THAT(values("White, TLP:GREEN;"), ElementsAre("clear", "green"));
    EXPECT_THAT(values("RED alert"), ElementsAre("redalert"));
    EXPECT_THAT(values(" ,; "), IsEmpty());
}

TEST(Tlp, AHostileSubjectIsReadOnce) {
    std::string many;
    for (int i = 0; i < 50'000; ++i) many += "TLP:AMBER+";
    EXPECT_LE(tlp_labels_in(many).size(), 50'000U);
    EXPECT_THAT(tlp_labels_in("TLP:AMBER" + std::string(500'000, '+')), testing::SizeIs(1));
}

} // namespace
