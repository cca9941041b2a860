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

TEST(Marking, StandsBehindRepliesListTagsAndOtherBrackets) {
    expect_near(example_policy(), {{"Re: CONFIDENTIAL", "[confidential]", "CONFIDENTIAL"},
                                   {"AW: WG: Confidential: x", "[confidential]", "Confidential"},
                                   {"[board] CONFIDENTIAL x", "[confidential]", "CONFIDENTIAL"},
                                   {"RE[2]: [board] Re: #confidential x", "[confidential]", "#confidential"},
                                   {"答复：机密：x", "[机密]", "机密"}});
}

TEST(Marking, InASentenceIsAWord) {
    expect_clean(example_policy(), {"Confidential papers of the merger", "confidential", "Is this confidential?",
                                    "The confidential: what it means", "confidential-papers", "top-confidential: x",
                                    "INTERNAL: newsletter", "PUBLIC holiday", "Confidentiality: how we do it",
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
