// Texts by language are whole, and mistakes in them have their place.
#include "policy/load/texts.hpp"
#include "policy/texts/builtin.hpp"
#include "tests/policy/support/policies.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace sealgate::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// The policy's errors with these files in texts/, one a line.
std::vector<std::string> errors_with(const files& texts, const std::string& rules = example_policy) {
    files all{{"p/policy.yaml", rules}};
    std::vector<std::string> names;
    for (const auto& [name, text] : texts) {
        all["p/texts/" + name] = text;
        names.push_back(name);
    }
    const directory_reader list =
        [&](const std::string& path) -> std::expected<std::optional<std::vector<std::string>>, std::string> {
        if (path == "p/closed") return std::unexpected("cannot be read: Permission denied");
        if (path != "p/texts" || texts.empty()) return std::nullopt;
        return names;
    };
    std::vector<std::string> out;
    if (const auto loaded = load_policy("p/policy.yaml", reader_of(all), list); !loaded)
        for (const auto& problem : loaded.error()) out.push_back(problem.to_string());
    return out;
}

std::string whole_language(const std::string& leave_out = {}) {
    std::string out = "words: [le, la]\ntexts:\n";
    for (const auto& rule : text_rules()) {
        if (rule.name == leave_out) continue;
        out += "  " + std::string(rule.name) + ": \"texte";
        for (const auto need : rule.needs)
            if (!need.empty()) out += " {" + std::string(need) + "}";
        out += "\"\n";
    }
    return out;
}

TEST(Texts, ShippedLanguagesAreWhole) {
    const auto& shipped = shipped_languages(); // throws where one is not
    std::vector<std::string> tags;
    for (const auto& one : shipped) tags.push_back(one.tag);
    EXPECT_THAT(tags, ElementsAre("en", "de", "fr", "es"));
    // Each has all of its own: what stands in for a text that is missing would be English.
    std::vector<yaml::diagnostic> problems;
    yaml::error_sink errors("", problems);
    for (const auto& [tag, text] : builtin_texts()) {
        const auto root = yaml::parse(text, errors);
        ASSERT_TRUE(root) << tag;
        std::set<std::string> there;
        for (const auto& section : root->entries)
            for (const auto& one : section.value.entries) there.insert(one.key.scalar);
        for (const auto& rule : text_rules()) EXPECT_TRUE(there.contains(std::string(rule.name))) << tag << " " << rule.name;
    }
}

TEST(Texts, MistakesAreListedWithTheirPlace) {
    const struct {
        const char* what;
        files texts;
        std::vector<std::string> errors;
    } cases[] = {
        {"a single text is replaced", {{"de.yaml", "texts:\n  once: Nur einmal.\n"}}, {}},
        {"nothing but comments", {{"en.yaml", "# later\n"}}, {}},
        {"a tier's text",
         {{"en.yaml", "texts: {tier-secure: safe, tier-secure-meaning: Good., tier-even-better-meaning: Well.}\n"}},
         {}},
        {"a text that nobody knows",
         {{"en.yaml", "texts:\n  warning-subjekt: x\n"}},
         {"p/texts/en.yaml:2:3: there is no text \"warning-subjekt\"; did you mean \"warning-subject\"?"}},
        {"a place that nobody knows",
         {{"en.yaml", "texts:\n  more: \"{cuont} more {count}\"\n"}},
         {"p/texts/en.yaml:2:9: \"more\" has no place {cuont}; did you mean \"count\"?"}},
        {"a place that must be there",
         {{"de.yaml", "texts:\n  once: x\n  decision: Fertig.\n"}},
         {"p/texts/de.yaml:3:13: \"decision\" lacks {decision}"}},
        {"a brace alone",
         {{"en.yaml", "texts: {once: \"a { b\"}\n"}},
         {"p/texts/en.yaml:1:15: \"once\" has a brace that stands alone; places are written {name}"}},
        {"a tier that there is not",
         {{"en.yaml", "texts: {tier-golden: x}\n"}},
         {"p/texts/en.yaml:1:9: there is no text \"tier-golden\""}},
        {"an empty text", {{"en.yaml", "texts: {once: ''}\n"}}, {"p/texts/en.yaml:1:15: \"once\" is empty"}},
        {"an unknown key",
         {{"en.yaml", "text: {}\n"}},
         {"p/texts/en.yaml:1:1: unknown key \"text\" in \"texts of en\"; did you mean \"texts\"?"}},
        {"a new language", {{"it.yaml", whole_language()}}, {}},
        {"a new language that lacks a text",
         {{"it.yaml", whole_language("once")}},
         {"p/texts/it.yaml:3:3: the language it lacks the text \"once\""}},
        {"all at once",
         {{"de.yaml", "texts: {once: '{x}'}\n"}, {"en.yaml", "texts: {nonce: x}\n"}},
         {"p/texts/de.yaml:1:15: \"once\" has no place {x}",
          "p/texts/en.yaml:1:9: there is no text \"nonce\"; did you mean \"once\"?"}},
        {"a name that is no language",
         {{"german language.yaml", "texts: {}\n"}},
         {"p/texts/german language.yaml:1:1: \"german language\" is no language; name the file as in de.yaml or pt-BR.yaml"}},
        {"the other ending", {{"de.yml", "texts: {}\n"}}, {"p/texts/de.yml:1:1: files of texts end in .yaml"}},
        {"what is none of ours", {{"README", "x"}, {".en.yaml", ":"}, {"en.yaml~", ":"}}, {}},
        {"no YAML", {{"en.yaml", "texts: [\n"}}, {"p/texts/en.yaml:2:1: this is not YAML: end of sequence flow not found"}},
        {"a quote that nobody closes",
         {{"en.yaml", "texts:\n  once: \"a\n"}},
         {"p/texts/en.yaml:3:2: this is not YAML: illegal EOF in scalar"}},
        {"Latin-1",
         {{"de.yaml", "texts:\n  once: \"\xC3\xBC \xFC\"\n"}},
         {"p/texts/de.yaml:2:12: this is no UTF-8; save the file as UTF-8"}},
        {"an escape sequence",
         {{"en.yaml", "texts:\n  once: a\x1B[1mb\n"}},
         {"p/texts/en.yaml:2:10: a control character (U+001B) does not belong here"}},
    };
    for (const auto& [what, texts, errors] : cases) EXPECT_EQ(errors_with(texts), errors) << what;
}

TEST(Texts, TheSectionIsChecked) {
    const auto section = [](const std::string& keys) {
        return with(example_policy, "  once_per: 24h\n", "  once_per: 24h\n  " + keys + "\n");
    };
    EXPECT_THAT(errors_with({}, section("language: auto")), IsEmpty());
    EXPECT_THAT(errors_with({}, section("language: ed")),
                ElementsAre(HasSubstr("there are no texts in \"ed\"; there are: auto, en, de, fr, es")));
    EXPECT_THAT(errors_with({}, section("language: fr")), IsEmpty());
    EXPECT_THAT(errors_with({{"it.yaml", whole_language()}}, section("language: it")), IsEmpty());
    EXPECT_THAT(errors_with({}, section("texts: texts")),
                ElementsAre(HasSubstr("the directory of texts p/texts does not exist")));
    EXPECT_THAT(errors_with({}, section("texts: closed")),
                ElementsAre(HasSubstr("the directory of texts p/closed cannot be read: Permission denied")));
    EXPECT_THAT(errors_with({}, section("services: [proton.me, .x.org]")), ElementsAre(HasSubstr("\".x.org\" is no domain")));
    EXPECT_THAT(errors_with({}, section("digest: 0s")), IsEmpty());
    EXPECT_THAT(errors_with({}, section("digest: 4000d")), ElementsAre(HasSubstr("longer than ten years")));
}

TEST(Texts, TheDigestCoversThem) {
    const files all{{"policy.yaml", example_policy}, {"texts/en.yaml", "texts:\n  once: |\n    x\n     y\n"}};
    const directory_reader list = [](const std::string&) { return std::optional(std::vector<std::string>{"en.yaml"}); };
    const auto with_texts = load_policy("policy.yaml", reader_of(all), list);
    const auto joined = load_policy("policy.yaml", reader_of(all));
    ASSERT_TRUE(with_texts && joined);
    EXPECT_NE(with_texts->digest, joined->digest);
    EXPECT_EQ(with_texts->notices.languages[0].text("once"), "x y") << "several lines are one paragraph";
}

TEST(Texts, PlacesAreFilled) {
    const filling values{{"a", {"1", emphasis::strong}}, {"empty", {}}};
    const struct {
        const char* text;
        const char* filled;
    } cases[] = {{"{a} and {a}", "1 and 1"}, {"x {empty} y", "x y"}, {"x {none} y", "x y"},
                 {"x {empty}", "x "},        {"{empty}x", "x"},      {"", ""}};
    for (const auto& [text, expected] : cases) EXPECT_EQ(filled(text, values), expected) << text;
    EXPECT_EQ(fill("x {a}", values), (phrases{{"x "}, {"1", emphasis::strong}}));
}

} // namespace
} // namespace sealgate::policy
