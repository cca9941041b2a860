// A marking at the head of a Subject is nearly a tag; the same word in a sentence is a word.
#include "tests/policy/tags/near_misses.hpp"

namespace {

using namespace sealgate::policy;
using namespace sealgate::policy::test;

TEST(Marking, AtTheHeadIsNoticed) {
    expect_near(example_policy(), {{"CONFIDENTIAL: merger", "[confidential]", "CONFIDENTIAL"},
                                   {"CONFIDENTIAL merger", "[confidential]", "CONFIDENTIAL"},
                                   {"CONFIDENTIAL", "[confidential]"},
                                   {"confidential: merger", "[confidential]", "confidential"},
                                   {"Confidential - merger", "[confidential]", "Confidential"},
                                   {"Confidential – merger", "[confidential]", "Confidential"},
                                   {"confidential | merger", "[confidential]", "confidential"},
                                   {"#confidential merger", "[confidential]", "#confidential"},
                                   {"** confidential ** merger", "[confidential]", "** confidential"},
                                   {"*** CONFIDENTIAL *** merger", "[confidential]", "*** CONFIDENTIAL"},
                                   {"Streng vertraulich: Planung", "[streng vertraulich]", "Streng vertraulich"},
                                   {"VERTRAULICH Planung", "[vertraulich]", "VERTRAULICH"},
                                   {"КОНФИДЕНЦИАЛЬНО: слияние", "[конфиденциально]", "КОНФИДЕНЦИАЛЬНО"},
                                   {"机密：合并", "[机密]", "机密"},
                                   {"CONFlDENTIAL: x", "[confidential]", "CONFlDENTIAL"}});
}

TEST(Marking, IsSetOffBySignsAndByTheEnd) {
    expect_near(example_policy(), {{"Confidential", "[confidential]"},
                                   {"Confidential.", "[confidential]"},
                                   {"Re: vertraulich", "[vertraulich]", "vertraulich"},
                                   {"[x] Vertraulich", "[vertraulich]", "Vertraulich"},
                                   {"Vertraulich! Angebot", "[vertraulich]", "Vertraulich"},
                                   {"Confidential / merger", "[confidential]", "Confidential"},
                                   {"Confidential; merger", "[confidential]", "Confidential"},
                                   {"Confidential • merger", "[confidential]", "Confidential"},
                                   {"Confidential → merger", "[confidential]", "Confidential"},
                                   {"Confidential − merger", "[confidential]", "Confidential"},
                                   {"Confidential ― merger", "[confidential]", "Confidential"},
                                   {"Confidential ~ merger", "[confidential]", "Confidential"},
                                   {"Confidential (HR): x", "[confidential]", "Confidential"}});
    expect_clean(example_policy(), {"confidential/merger.txt", "confidential=no in the header", "Confidential (HR) papers"});
}

TEST(Marking, StandsBehindPicturesAndQuotationMarks) {
    expect_near(example_policy(), {{"🔒 CONFIDENTIAL: x", "[confidential]", "🔒 CONFIDENTIAL"},
                                   {"⚠️ CONFIDENTIAL - x", "[confidential]", "⚠️ CONFIDENTIAL"},
                                   {"★ CONFIDENTIAL ★", "[confidential]"},
                                   {"→ CONFIDENTIAL: x", "[confidential]", "→ CONFIDENTIAL"},
                                   {"\"CONFIDENTIAL\": x", "[confidential]", "\"CONFIDENTIAL\""},
                                   {"„VERTRAULICH“ – x", "[vertraulich]", "„VERTRAULICH“"},
                                   {"»VERTRAULICH« Angebot", "[vertraulich]", "»VERTRAULICH«"},
                                   {"Angebot »vertraulich«", "[vertraulich]", "»vertraulich«"}});
    expect_clean(example_policy(),
                 {"🔒 confidential papers", "→ confidential papers", "\"Confidential\" is a film", "« a » confidential « b »"});
}

TEST(Marking, WordsMayGoBeforeIt) {
    auto rules = example_policy();
    rules.classifications[2].tags.insert(rules.classifications[2].tags.end(), {"secret", "секретно"});
    expect_near(rules, {{"PRIVATE & CONFIDENTIAL: x", "[confidential]", "PRIVATE & CONFIDENTIAL"},
                        {"PRIVATE & CONFIDENTIAL", "[confidential]"},
                        {"Strictly private and confidential: x", "[confidential]", "Strictly private and confidential"},
                        {"HIGHLY CONFIDENTIAL merger", "[confidential]", "HIGHLY CONFIDENTIAL"},
                        {"NATO SECRET: x", "[secret]", "NATO SECRET"},
                        {"ACME CONFIDENTIAL - x", "[confidential]", "CONFIDENTIAL"},
                        {"ACME-CONFIDENTIAL: x", "[confidential]", "CONFIDENTIAL"},
                        {"СОВЕРШЕННО СЕКРЕТНО: x", "[секретно]", "СОВЕРШЕННО СЕКРЕТНО"},
                        {"HR-CONFIDENTIAL: x", "[confidential]", "HR-CONFIDENTIAL"},
                        {"top-confidential: x", "[confidential]", "top-confidential"},
                        {"URGENT - CONFIDENTIAL: x", "[confidential]", "CONFIDENTIAL"},
                        {"PERSÖNLICH/VERTRAULICH: x", "[vertraulich]", "PERSÖNLICH/VERTRAULICH"},
                        {"Automatic reply: CONFIDENTIAL x", "[confidential]", "CONFIDENTIAL"},
                        {"Re; CONFIDENTIAL x", "[confidential]", "CONFIDENTIAL"},
                        {"Angebot Müller – VERTRAULICH", "[vertraulich]", "VERTRAULICH"},
                        {"Board minutes - STRICTLY CONFIDENTIAL", "[confidential]", "CONFIDENTIAL"}});
    expect_clean(rules, {"Keep it secret: a talk", "NOT CONFIDENTIAL: x", "Non-confidential: x",
                         "Board minutes - confidential x", "Board minutes - confidential", "THE SECRET OF NIMH",
                         "Private matters", "SECRET SANTA 2026", "CONFIDENTIAL WASTE COLLECTION", "CLIENT SECRET: rotate it"});
}

TEST(Marking, StandsBehindRepliesListTagsAndOtherBrackets) {
    expect_near(example_policy(), {{"Re: CONFIDENTIAL", "[confidential]", "CONFIDENTIAL"},
                                   {"AW: WG: Confidential: x", "[confidential]", "Confidential"},
                                   {"[board] CONFIDENTIAL x", "[confidential]", "CONFIDENTIAL"},
                                   {"RE[2]: [board] Re: #confidential x", "[confidential]", "#confidential"},
                                   {"答复：机密：x", "[机密]", "机密"}});
}

TEST(Marking, InASentenceIsAWord) {
    expect_clean(example_policy(),
                 {"Confidential papers of the merger", "Is this confidential?", "The confidential: what it means",
                  "confidential-papers", "INTERNAL: newsletter", "PUBLIC holiday", "Confidentiality: how we do it",
                  "2026: CONFIDENTIALITY", "机密文件处理", "all about x: y, confidential: z"});
}

TEST(Marking, OfTheHouseIsNone) {
    auto rules = example_policy();
    rules.near_miss_except = {"Confidential"};
    expect_clean(rules, {"CONFIDENTIAL: the magazine", "(confidential) the magazine", "[confidential Q3"});
    EXPECT_EQ(find_tags(rules, subject("[confidential] x")).tags.size(), 1U) << "the tag stays one";
}

TEST(Marking, IsStrayAndKnowsWhatWasMeant) {
    const auto found = find_tags(example_policy(), subject("[public] CONFIDENTIAL: x"));
    ASSERT_EQ(found.near_misses.size(), 1U);
    EXPECT_TRUE(found.near_misses[0].stray);
    EXPECT_EQ(found.near_misses[0].meant, rank{2});
}

} // namespace
