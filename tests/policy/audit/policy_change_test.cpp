// What an auditor reads of a policy that became another one.
#include "policy/audit/policy_change.hpp"

#include <gmock/gmock.h>

#include <string>

namespace sealgate::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t all = 1000;

std::vector<std::string> words(std::string_view before, std::string_view after, std::size_t most = all) {
    return in_words(policy_change(before, after), most);
}

constexpr std::string_view rules = "untagged: internal # ours\n"
                                   "rules:\n"
                                   "  internal: {unsecure: warn}\n"
                                   "  confidential:\n"
                                   "    organisation: deliver\n"
                                   "    default: encrypt\n"
                                   "notices:\n"
                                   "  from: a@example.org\n";

std::string with(std::string_view old, std::string_view fresh) {
    std::string out(rules);
    return out.replace(out.find(old), old.size(), fresh);
}

TEST(PolicyChange, SaysWhatWentAndWhatCameBelowItsKeys) {
    EXPECT_THAT(words(rules, with("default: encrypt", "default: require")),
                ElementsAre("- rules: confidential: default: encrypt", "+ rules: confidential: default: require"));
    EXPECT_THAT(words(rules, with("unsecure: warn", "unsecure: reject")),
                ElementsAre("- rules: internal: {unsecure: warn}", "+ rules: internal: {unsecure: reject}"));
    EXPECT_THAT(words(rules, with("notices:", "replies: {language: de}\nnotices:")), ElementsAre("+ replies: {language: de}"));
    EXPECT_THAT(words(rules, with("untagged: internal # ours\n", "")), ElementsAre("- untagged: internal # ours"));
}

TEST(PolicyChange, CommentsAndEmptyLinesAreNoChange) {
    EXPECT_THAT(words(rules, with("rules:\n", "\n# the matrix\nrules:\n\n  # for all\n")), IsEmpty());
    EXPECT_THAT(words("", ""), IsEmpty());
    EXPECT_THAT(words("# nothing", ""), IsEmpty());
}

TEST(PolicyChange, ColumnsThatAreLinedUpOtherwiseAreNoChange) {
    EXPECT_THAT(words(rules, with("internal: {", "internal:     {")), IsEmpty());
    EXPECT_THAT(words("a: \"x  y\"\n", "a: \"x y\"\n").size(), 2u);
}

TEST(PolicyChange, AnotherOrderIsAChange) {
    EXPECT_THAT(words("classifications:\n- a:\n- b:\n", "classifications:\n- b:\n- a:\n").size(), 2u);
}

// A line says something else below another key.
TEST(PolicyChange, AMovedLineIsAChange) {
    EXPECT_THAT(words("a:\n  x: 1\nb:\n", "a:\nb:\n  x: 1\n"), ElementsAre("- a: x: 1", "+ b: x: 1"));
}

TEST(PolicyChange, ALongListThatIsAnotherOneIsComparedToo) {
    std::string before, after;
    for (int i = 0; i < 5000; ++i) {
        before += "d" + std::to_string(i) + ".example\n";
        after += "d" + std::to_string(5000 - i) + ".example\n";
    }
    EXPECT_THAT(words(before, after), ElementsAre("- d0.example", "+ d5000.example"));
}

// Two lists that changed places: each tier is another one.
TEST(PolicyChange, AnotherOrderOfAVeryLongListIsTold) {
    std::string one, two;
    for (int i = 0; i < 3000; ++i) one += "a" + std::to_string(i) + ".example\n", two += "b" + std::to_string(i) + ".example\n";
    EXPECT_THAT(words(one + two, two + one), ElementsAre("+ (the same lines in another order)"));
}

TEST(PolicyChange, ASignOfANumberWithinATextIsNoComment) {
    EXPECT_THAT(words("replies:\n  no-key: |\n    # 1 ask\n", "replies:\n  no-key: |\n    # 2 ask\n"),
                ElementsAre("- replies: no-key: # 1 ask", "+ replies: no-key: # 2 ask"));
}

TEST(PolicyChange, OfManyTheFirstAreTold) {
    EXPECT_THAT(words("", "a\nb\nc\nd\n", 2), ElementsAre("+ a", "+ b", "and 2 lines more"));
    EXPECT_THAT(words("", "a\nb\n", 2), ElementsAre("+ a", "+ b"));
}

} // namespace
} // namespace sealgate::policy
