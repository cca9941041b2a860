// What the eye takes for the same is folded to the same, or looks alike.
#include "policy/base/fold.hpp"
#include "policy/base/text.hpp"
#include "policy/tags/look_alike.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace {

using namespace sealgate::policy;

std::string folded(std::string_view utf8) { return sealgate::text::encode_utf8(fold(utf8).points); }

std::string looks(std::string_view utf8) { return sealgate::text::encode_utf8(look_alike(fold(utf8).points).form); }

struct row {
    const char* a;
    const char* b;
};

TEST(Fold, WhatCarriesNoMeaningIsForgiven) {
    const row same[] = {
        {"CONFIDENTIAL", "confidential"},
        {"ＣＯＮＦＩＤＥＮＴＩＡＬ", "confidential"},
        {"［Public］", "[public]"},
        {"streng  vertraulich", "strengvertraulich"},
        {"streng\u00A0vertraulich", "strengvertraulich"},
        {"streng\u3000\u2003\u2028vertraulich", "strengvertraulich"},
        {"p\tu\r\nblic", "public"},
        {"con\u00ADfi\u200Bden\u2060tial\uFEFF", "confidential"},
        {"\u202Econ\u2066fidential\u2069\u202C", "confidential"},
        {"confi\u200Ddential\uFE0F", "confidential"},
        {"con\x01"
         "fidential\x7F",
         "confidential"},
        {"con\u0085fidential\u115F", "confidential"},
        {"conﬁdential", "confidential"},
        {"GESCHÄFTLICH", "geschäftlich"},
        {"gescha\u0308ftlich", "geschäftlich"},
        {"gescha\u200B\u0308ftlich", "geschäftlich"},
        {"MASSNAHME", "maßnahme"},
        {"GİZLİ", "gizli"},
        {"gızlı", "gizli"},
        {"КОНФИДЕНЦИАЛЬНО", "конфиденциально"},
        {"ΕΜΠΙΣΤΕΥΤΙΚΌΣ", "εμπιστευτικός"},
        {"ｺﾝﾌｨﾃﾞﾝｼｬﾙ", "コンフィデンシャル"},
        {"VS\u2011NfD", "vs-nfd"},
        {"\u2800public", "public"},
    };
    for (const auto& [a, b] : same) EXPECT_EQ(folded(a), folded(b)) << a;
}

TEST(Fold, WhatCarriesMeaningIsKept) {
    const row different[] = {
        {"public", "publik"}, {"c0nfidential", "confidential"}, {"cοnfidential", "confidential"}, {"interne", "interné"},
        {"机密", "機密"},     {"top-secret", "topsecret"}};
    for (const auto& [a, b] : different) EXPECT_NE(folded(a), folded(b)) << a;
}

TEST(Fold, EachPointKnowsItsBytesAndWhiteSpaceBefore) {
    const std::string_view source = " a\u0308 ﬁ";
    const auto text = fold(source);
    ASSERT_EQ(text.points, U"äfi");
    const auto bytes = [&](std::size_t i) {
        return source.substr(text.origins[i].begin, text.origins[i].end - text.origins[i].begin);
    };
    EXPECT_EQ(bytes(0), "a\u0308");
    EXPECT_EQ(bytes(1), "ﬁ");
    EXPECT_EQ(bytes(2), "ﬁ");
    EXPECT_TRUE(text.after_space(0));
    EXPECT_TRUE(text.after_space(1));
    EXPECT_FALSE(text.after_space(2));
}

TEST(Fold, HardTextsStayInProportion) {
    std::string marks = "a";
    for (int i = 0; i < 100'000; ++i) marks += i % 2 ? "\u0301" : "\u0327";
    EXPECT_LE(fold(marks).size(), 200'001U);
    std::string ligatures;
    for (int i = 0; i < 1000; ++i) ligatures += "\uFDFA";
    EXPECT_EQ(fold(ligatures).size(), 1000U);
}

TEST(LookAlike, OtherScriptsAndDigitsReadAsTheLettersTheyResemble) {
    const row alike[] = {
        {"c0nfident1al", "confidential"},
        {"C0NFIDENTIAL", "confidential"},
        {"conf!dent|al", "confidential"},
        {"$ecret", "secret"},
        {"s3cr3t", "secret"},
        {"соnfidеntiаl", "confidential"}, // Cyrillic с о е а
        {"СОNFIDЕNТIАL", "confidential"}, // Cyrillic capitals, Т among them
        {"cοnfidеntιαl", "confidential"}, // Greek
        {"cønfidentiàl", "confidential"},
        {"ınternal", "internal"},
        {"intemal", "internal"},
        {"VS–NfD", "VS-NfD"},
        {"top_secret", "TOP SECRET"},
        {"geschaftlich", "geschäftlich"},
        {"confidential!!!", "confidential"},
        {"p\u20DDu\u20DDb\u20DDl\u20DDi\u20DDc\u20DD", "public"}, // enclosing circles
        {"p\u0488ublic", "public"},
        {"public\u0E34\u05B0", "public"}, // marks of other scripts
        {"🅟🆄🇧ʟɪᴄ", "public"},
        {"ꜱᴇᴄʀᴇᴛ", "secret"},
        {"ᔕᗴᑕᖇᗴT", "secret"},
        {"ᵴɛȼɾəŧ", "secret"},
        {"£€₮", "let"},
    };
    for (const auto& [a, b] : alike) EXPECT_EQ(looks(a), looks(b)) << a;
    EXPECT_NE(looks("public"), looks("private"));
    EXPECT_NE(looks("AMBER+STRICT"), looks("AMBERSTRICT"));
    EXPECT_NE(looks("机密"), looks("机构"));
}

TEST(LookAlike, EachPointKnowsItsPieceOfTheForm) {
    const auto text = look_alike(U"a-m");
    EXPECT_EQ(text.form, U"arn");
    EXPECT_EQ(text.starts, (std::vector<std::size_t>{0, 1, 1, 3}));
}

TEST(Brackets, OfAllScriptsAreKnown) {
    for (const char32_t c : std::u32string_view(U"([{<«‹【〔⟦「『〈《⁅"))
        EXPECT_EQ(bracket_of(c), bracket::open) << std::uint32_t{c};
    for (const char32_t c : std::u32string_view(U")]}>»›】〕⟧」』〉》⁆"))
        EXPECT_EQ(bracket_of(c), bracket::close) << std::uint32_t{c};
    for (const char32_t c : std::u32string_view(U"a#|/\"“„密")) EXPECT_EQ(bracket_of(c), bracket::none) << std::uint32_t{c};
}

TEST(Letters, OfScriptsWithoutWordSpacesStandAlone) {
    for (const char32_t c : std::u32string_view(U"密ひカก")) EXPECT_TRUE(stands_alone(c)) << std::uint32_t{c};
    for (const char32_t c : std::u32string_view(U"aяß한-")) EXPECT_FALSE(stands_alone(c)) << std::uint32_t{c};
}

TEST(Capitalised, FirstLetterOfAnyAlphabetAndOfNothingElse) {
    EXPECT_EQ(capitalised("étiqueté confidentiel"), "Étiqueté confidentiel");
    EXPECT_EQ(capitalised("tagged"), "Tagged");
    EXPECT_EQ(capitalised("¿a?"), "¿a?");
    EXPECT_EQ(capitalised(""), "");
}

} // namespace
