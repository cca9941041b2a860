// Refusals in other languages: tests/policy/golden/refusals.LANGUAGE.txt has those of one and of several recipients, and the
// letter's sentences. SEALGATE_RENEW_GOLDEN=1 writes them anew. English as it ships is in refusals_test.
#include "policy/base/text.hpp"
#include "policy/decision/refusal.hpp"
#include "policy/load/texts.hpp"
#include "tests/policy/support/policies.hpp"
#include "tests/policy/support/reasons.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace sealgate::policy {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

std::string in_language(const std::string& language) { return example_policy + "replies: {language: " + language + "}\n"; }

class Replies : public testing::Test {
protected:
    void refuse(const policy& rules, reason why, std::size_t count) {
        known = {};
        known.findings.tags = {{.tag = "confidential", .classification = 2, .where = carrier::subject}};
        known.findings.near_misses = {{.text = "[confidental]", .suggestion = "[confidential]", .where = carrier::subject}};
        made = {};
        made.near_misses = {0};
        made.classification = 2;
        made.what = outcome::reject;
        made.most_octets = 10'240'000;
        made.thread = {.classification = 2, .known_by = thread_sign::reference, .effect = thread_effect::lowered};
        for (std::size_t i = 0; i < count; ++i) {
            const auto who = parse_address("person" + std::to_string(i) + "@yahoo.com");
            made.recipients.push_back({.who = who,
                                       .tier = rules.tiers.tier_of(who),
                                       .cell = action::encrypt,
                                       .key = {},
                                       .result = outcome::reject,
                                       .why = why});
        }
        if (why == reason::untagged) {
            known.findings.tags.clear();
            made.classification.reset();
        }
        if (why != reason::untagged && why != reason::downgrade) made.thread.reset();
    }

    std::string reply(const policy& rules) { return to_string(*reply_for(rules, known, made, "7Q2K-M4XD")); }

    facts known;
    decision made;
};

std::string golden_text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

TEST_F(Replies, OfEachLanguageAreWhatTheGoldenFileSays) {
    for (const auto* language : {"de", "fr", "es"}) {
        const auto rules = load_or_fail(in_language(language));
        const auto words = *std::ranges::find(rules.notices.languages, language, &language_texts::tag);
        std::string all;
        for (const auto& [why, name] : names(reason{})) {
            if (heard_of(why) != heard::refusal) continue;
            for (const std::size_t count : {1, 2}) {
                refuse(rules, why, count);
                all += "# " + std::string(name) + ", " + std::to_string(count) + "\n" + reply(rules) + "\n";
                for (const auto& line : refusal_in_sentences(rules, known, made, words)) all += "- " + line + "\n";
                all += "\n";
            }
        }
        for (const auto& [why, name] : names(reason{})) {
            if (heard_of(why) != heard::deferral) continue;
            refuse(rules, reason::no_key, 1);
            made = deferred(made, why);
            all += "# deferred, " + std::string(name) + "\n" + reply(rules) + "\n\n";
        }
        const auto file = SEALGATE_GOLDEN "/refusals." + std::string(language) + ".txt";
        if (std::getenv("SEALGATE_RENEW_GOLDEN")) std::ofstream(file, std::ios::binary) << all;
        EXPECT_EQ(all, golden_text(file)) << file;
    }
}

TEST_F(Replies, AreOneAsciiLineInEachLanguage) {
    for (const auto& language : shipped_languages()) {
        const auto rules = load_or_fail(in_language(language.tag));
        for (const auto& [why, name] : names(reason{})) {
            if (heard_of(why) != heard::refusal) continue;
            for (const std::size_t count : {1, 500}) {
                refuse(rules, why, count);
                const auto said = *reply_for(rules, known, made, "7Q2K-M4XD");
                if (count == 1) {
                    EXPECT_THAT(said.lines, SizeIs(1)) << language.tag << " " << name;
                }
                for (const auto& line : said.lines) {
                    EXPECT_LE(line.size() + 10, 510u) << line;
                    EXPECT_TRUE(text::is_ascii(line)) << line;
                    EXPECT_THAT(line, AllOf(Not(HasSubstr("?f")), Not(HasSubstr("{")), Not(HasSubstr("  "))));
                }
                EXPECT_THAT(said.lines.back(), EndsWith("[sealgate 7Q2K-M4XD]"));
            }
        }
    }
}

TEST_F(Replies, ToAStrangerAreOneAsciiLineInEachLanguage) {
    for (const auto& language : shipped_languages()) {
        const auto rules = load_or_fail(in_language(language.tag));
        refuse(rules, reason::no_key, 2);
        known.heard_by = audience::stranger;
        for (const auto& one : {made, deferred(made, reason::keys_unreadable)}) {
            const auto said = *reply_for(rules, known, one, "7Q2K-M4XD");
            ASSERT_THAT(said.lines, SizeIs(1)) << language.tag;
            EXPECT_LE(said.lines[0].size() + 10, 510u) << said.lines[0];
            EXPECT_TRUE(text::is_ascii(said.lines[0])) << said.lines[0];
            EXPECT_THAT(said.lines[0], AllOf(Not(HasSubstr("person0")), Not(HasSubstr("?f")), Not(HasSubstr("{"))));
        }
    }
}

TEST_F(Replies, NameTagsAndTiersOfTheirLanguageThatCanBeTyped) {
    auto rules = load_or_fail(with(in_language("de"), "tags: [public]", "tags: [public, öffentlich, oeffentlich]"));
    refuse(rules, reason::near_miss, 1);
    EXPECT_THAT(reply(rules), HasSubstr("Moegliche Kennzeichnungen: [oeffentlich], [internal] oder [vertraulich]."));
    refuse(rules, reason::no_key, 1);
    EXPECT_THAT(reply(rules), HasSubstr("als vertraulich gekennzeichnet, aber es gibt keinen Schluessel fuer "
                                        "person0@yahoo.com (unsicher)."));
    const auto sentences = refusal_in_sentences(rules, known, made, rules.notices.languages[1]);
    EXPECT_THAT(sentences,
                ElementsAre("Als vertraulich gekennzeichnet, aber es gibt keinen Schlüssel für person0@yahoo.com (unsicher).",
                            "Bitten Sie dort um den OpenPGP-Schlüssel, oder nutzen Sie stattdessen Signal oder Jitsi."));
}

TEST_F(Replies, NameATagThatTheyCanShow) {
    const auto rules = load_or_fail(with(example_policy, "tags: [confidential, ", "tags: [конфиденциально, confidential, "));
    refuse(rules, reason::near_miss, 1);
    known.findings.near_misses = {
        {.text = "[конфиденцально]", .suggestion = "[конфиденциально]", .where = carrier::subject, .meant = 2}};
    EXPECT_THAT(reply(rules), AllOf(HasSubstr("did you mean [confidential]?"), Not(HasSubstr("[????"))));
    EXPECT_THAT(refusal_in_sentences(rules, known, made, rules.notices.languages[0]).front(), HasSubstr("[конфиденциально]"));
}

TEST_F(Replies, StayEnglishWhateverTheNoticesSpeak) {
    const auto rules = load_or_fail(with(with(example_policy, "  once_per: 24h\n", "  once_per: 24h\n  language: de\n"),
                                         "tags: [confidential, vertraulich", "tags: [vertraulich, confidential"));
    refuse(rules, reason::near_miss, 1);
    EXPECT_THAT(reply(rules), HasSubstr("Possible tags: [public], [internal] or [vertraulich].")) << "as the policy has them";
}

TEST_F(Replies, AcceptedMailHasNoSentences) {
    const auto rules = load_or_fail(example_policy);
    EXPECT_THAT(refusal_in_sentences(rules, known, made, rules.notices.languages[0]), SizeIs(0));
}

TEST(RepliesSection, IsChecked) {
    const auto errors = [](const std::string& section, const std::string& russian = {}) {
        files all{{"p/policy.yaml", example_policy + section}};
        if (!russian.empty()) all["p/texts/de.yaml"] = russian;
        const directory_reader list =
            [&](const std::string&) -> std::expected<std::optional<std::vector<std::string>>, std::string> {
            return russian.empty() ? std::nullopt : std::optional(std::vector<std::string>{"de.yaml"});
        };
        std::vector<std::string> out;
        if (const auto loaded = load_policy("p/policy.yaml", reader_of(all), list); !loaded)
            for (const auto& problem : loaded.error()) out.push_back(problem.to_string());
        return out;
    };
    EXPECT_THAT(errors("replies: {language: es}\n"), SizeIs(0));
    EXPECT_THAT(errors("replies: {}\n"), SizeIs(0));
    EXPECT_THAT(errors("replies: {language: fi}\n"),
                ElementsAre(HasSubstr("there are no texts in \"fi\"; there are: en, de, fr, es")));
    EXPECT_THAT(errors("replies: {langauge: fr}\n"), ElementsAre(HasSubstr("did you mean \"language\"?")));
    EXPECT_THAT(errors("replies: {language: de}\n", "texts: {reply-no-tag: нет, once: нет}\n"),
                ElementsAre(HasSubstr("an SMTP reply is ASCII, and the text \"reply-no-tag\" of de cannot be written in it")));
}

} // namespace
} // namespace sealgate::policy
