// The shipped policy has the words of all the languages that it says, each at its level, and a policy with few of them hears
// the others.
#include "policy/base/text.hpp"
#include "policy/load/policy.hpp"
#include "policy/tags/language_words.hpp"
#include "tests/policy/tags/near_misses.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <set>

namespace {

using namespace sealgate::policy;
using namespace sealgate::policy::test;

policy shipped_policy() {
    const std::string folder = std::string(SEALGATE_SOURCE) + "/contrib/policies/";
    const auto read = [&](const std::string& path) -> std::expected<std::string, std::string> {
        std::ifstream file(path);
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    return *load_policy(folder + "policy.yaml", read);
}

std::string level_name(word_level level) {
    return level == word_level::open ? "public" : level == word_level::internal ? "internal" : "confidential";
}

TEST(LanguageWords, AreTheTagsOfTheShippedPolicy) {
    const auto rules = shipped_policy();
    std::map<std::u32string, std::string> tags;
    for (const auto& one : rules.classifications)
        for (const auto& tag : one.tags) tags[sealgate::policy::fold(tag).points] = one.name;
    std::set<std::u32string> known;
    for (const auto& one : language_words()) {
        EXPECT_EQ(tags[one.folded], level_name(one.level)) << one.language << " " << one.word;
        known.insert(one.folded);
    }
    for (const auto& [tag, name] : tags) EXPECT_TRUE(known.contains(tag)) << sealgate::text::encode_utf8(tag);
}

TEST(LanguageWords, EachLanguageHasAllThree) {
    std::map<std::string, std::set<word_level>> levels;
    for (const auto& one : language_words()) levels[one.language].insert(one.level);
    EXPECT_EQ(levels.size(), 32U);
    for (const auto& [language, of_it] : levels) EXPECT_EQ(of_it.size(), 3U) << language;
}

TEST(LanguageWords, APolicyWithFewOfThemHearsTheOthers) {
    policy rules = example_policy();
    rules.classifications = {{.name = "low", .tags = {"public"}}, {.name = "high", .tags = {"confidential"}}};
    rules.untagged = 0;
    expect_near(rules, {{"[Vertraulich] x", "[confidential]", "[Vertraulich]"},
                        {"[Vertrouwelijk] x", "[confidential]", "[Vertrouwelijk]"},
                        {"(riservato) x", "[confidential]", "(riservato)"},
                        {"VERTRAULICH: x", "[confidential]", "VERTRAULICH"},
                        {"[öffentlich] x", "[public]", "[öffentlich]"}});
    expect_clean(rules, {"[vertrulich]", "[intern]", "(öffentlich)"});
    rules.classifications = {{.name = "green", .tags = {"green"}}, {.name = "red", .tags = {"red"}}};
    expect_clean(rules, {"[confidential]", "[Vertraulich]"});
}

TEST(LanguageWords, OrdinaryOnesAreNoSlips) {
    for (const auto* word : {"internet", "interval", "decreto"})
        EXPECT_TRUE(is_ordinary_word(sealgate::policy::fold(word).points)) << word;
    for (const auto& one : language_words()) EXPECT_FALSE(is_ordinary_word(one.folded)) << one.word;
}

TEST(LanguageWords, OrdinaryOnesAreNoneThoughTheyLookAlike) {
    for (const char* written : {"salminen", "saksalainen", "runda", "hizli", "titkov"})
        EXPECT_TRUE(is_ordinary_word(fold(written).points)) << written;
    auto rules = test::with_tags({"rúnda", "salainen", "gizli"}, {{.before = "[", .after = "]"}});
    test::expect_clean(rules, {"[Runda] x", "[Salminen] x", "[Hızlı] x"});
    test::expect_near(rules, {{"[salanen] x", "[salainen]", "[salanen]"}});
}

} // namespace
