// The handbook of a policy: golden files of its forms, what of the policy stands in it, and that a hostile policy can do no
// more in a page than be read. SEALGATE_RENEW_GOLDEN=1 writes the files anew; read the difference.
#include "policy/handbook/page.hpp"
#include "policy/handbook/sheet.hpp"
#include "policy/load/texts.hpp"
#include "tests/policy/support/policies.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace sealgate::policy {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

std::string read_all(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// The text, in one line.
std::string flowed(const handbook& of) {
    auto out = handbook_text(of);
    for (auto at = out.find("\n  "); at != std::string::npos; at = out.find("\n  ")) out.replace(at, 3, " ");
    std::ranges::replace(out, '\n', ' ');
    return out;
}

class Handbook : public testing::Test {
protected:
    handbook book(std::string_view language = "en") {
        rules.digest = "sha256:0123456789abcdef0123456789abcdef";
        const auto& all = rules.notices.languages;
        return handbook_of(rules, *std::ranges::find(all, language, &language_texts::tag), "1.2.3");
    }

    policy rules = load_or_fail(example_policy);
};

TEST_F(Handbook, GoldenFilesAreWhatIsWritten) {
    const auto check = [&](const std::string& name, const std::string& written) {
        const auto file = SEALGATE_GOLDEN "/handbook." + name;
        if (std::getenv("SEALGATE_RENEW_GOLDEN")) std::ofstream(file, std::ios::binary) << written;
        EXPECT_EQ(written, read_all(file)) << file;
    };
    for (const auto* language : {"en", "de", "fr", "es"}) check(std::string(language) + ".txt", handbook_text(book(language)));
    check("en.md", handbook_markdown(book()));
    check("en.html", handbook_page(book()));
}

TEST_F(Handbook, FillsAllPlacesInAllLanguages) {
    for (const auto& language : shipped_languages()) {
        const auto of = book(language.tag);
        for (const auto& form : {handbook_text(of), handbook_markdown(of)}) EXPECT_THAT(form, Not(HasSubstr("{"))) << form;
        const auto page = handbook_page(of);
        EXPECT_THAT(page, HasSubstr("<html lang=\"" + language.tag + "\">"));
        EXPECT_THAT(page.substr(page.find("</style>")), Not(HasSubstr("{")));
    }
}

TEST_F(Handbook, SaysWhatHappensToWhichMail) {
    const auto of = book();
    ASSERT_THAT(of.tags, SizeIs(3));
    EXPECT_EQ(of.tags[2].tag, "[confidential]");
    EXPECT_EQ(of.tags[2].others, "vertraulich, confidentiel");
    ASSERT_THAT(of.matrix, SizeIs(3)) << "tiers that are alike stand together";
    EXPECT_THAT(of.matrix[0].tiers, ElementsAre("organisation"));
    EXPECT_THAT(of.matrix[1].tiers, ElementsAre("secure", "even-better", "better"));
    EXPECT_THAT(of.matrix[1].by_tag, ElementsAre(action::deliver, action::deliver, action::encrypt));
    EXPECT_THAT(of.matrix[2].tiers, ElementsAre("unsecure", "unknown"));
    EXPECT_THAT(of.matrix[2].by_tag, ElementsAre(action::deliver, action::warn, action::encrypt));
    ASSERT_THAT(of.actions, SizeIs(3)) << "those alone that the policy has";
    EXPECT_THAT(flowed(of),
                AllOf(HasSubstr("- unsecure, unknown: ! goes out, you get a note"), HasSubstr("[confidential] Minutes")));
    rules.encryption.no_key = no_key_action::hold;
    EXPECT_THAT(flowed(book()), HasSubstr("Without a key it waits until"));
}

TEST_F(Handbook, SaysWhoCanRead) {
    EXPECT_THAT(flowed(book()), HasSubstr("Our server adds no other reader."));
    rules.encryption.always_to = {"vault@example.org", "board@example.org"};
    rules.encryption.to_sender = true;
    rules.encryption.protect_subject = false;
    const auto text = flowed(book());
    EXPECT_THAT(text, AllOf(HasSubstr("vault@example.org, board@example.org"), HasSubstr("You can read it too"),
                            Not(HasSubstr("no other reader")), HasSubstr("The subject is not encrypted")));
    EXPECT_THAT(text, HasSubstr("[public] goes to archive@example.org."));
}

TEST_F(Handbook, TeachesWhatThePolicyReads) {
    EXPECT_THAT(flowed(book()), AllOf(HasSubstr("mail.compose.other.header = X-Classification"),
                                      HasSubstr("Confidential = [confidential], Personal = [internal]")));
    rules.carriers.headers.clear();
    rules.carriers.sensitivity.clear();
    EXPECT_THAT(flowed(book()), AllOf(Not(HasSubstr("X-Classification")), HasSubstr("Encrypt Subject"),
                                      HasSubstr("“Sensitivity” is no tag here")));
    rules.carriers.headers = {"X-Mark"};
    rules.carriers.subject.clear();
    EXPECT_THAT(flowed(book()), AllOf(HasSubstr("X-Mark"), HasSubstr("Your mail program marks the mail"),
                                      Not(HasSubstr("Minutes")), Not(HasSubstr("Gmail"))));
}

TEST_F(Handbook, NamesTheLabelsThatCount) {
    EXPECT_THAT(flowed(book()), Not(HasSubstr("counts as a tag too: Microsoft Purview")));
    for (const auto& family : names(carrier{}))
        if (is_label(family.value)) rules.carriers.labels[family.value] = {};
    for (const auto& language : shipped_languages())
        EXPECT_THAT(flowed(book(language.tag)),
                    AllOf(HasSubstr("Microsoft Purview, "), Not(HasSubstr(", ,")), Not(HasSubstr(", . "))));
    EXPECT_THAT(flowed(book()), HasSubstr("counts as a tag too: Microsoft Purview, Australian protective markings, TLP"));
}

TEST_F(Handbook, SaysWhereTheTagIsTakenOff) {
    EXPECT_THAT(flowed(book()), Not(HasSubstr("taken off")));
    rules.carriers.strip = true;
    EXPECT_THAT(flowed(book()), HasSubstr("Our tag is taken off the subject of what leaves us."));
}

TEST_F(Handbook, UntaggedAndNearlyTaggedMail) {
    EXPECT_THAT(flowed(book()), HasSubstr("A mail without a tag counts as [internal]."));
    rules.untagged.reset();
    rules.near_miss = near_miss_action::ignore;
    EXPECT_THAT(flowed(book()), AllOf(HasSubstr("A mail without a tag is refused."), Not(HasSubstr("slip"))));
}

TEST_F(Handbook, WhateverThePolicyHasIsReadAndNotRun) {
    const std::string evil = "<script>alert('1')</script> ](javascript:x) **b** \u202E \" & {who}";
    rules.organisation = evil;
    for (auto& one : rules.classifications) one = {.name = evil, .tags = {evil}};
    rules.carriers.subject = {{.before = "<b>", .after = "</b>"}};
    rules.carriers.headers = {"X-<img/src=x>"};
    rules.carriers.sensitivity = {{evil, 0}};
    rules.channels = {{.kind = evil, .by_tier = {{evil, {evil}}}}};
    rules.encryption.always_to = {evil};
    rules.notices.help = "javascript:alert(1)";
    rules.notices.from = parse_address("\"<i>\"@example.org");
    const auto page = handbook_page(book());
    EXPECT_THAT(page, AllOf(HasSubstr("&lt;script&gt;alert(&#39;1&#39;)"), Not(HasSubstr("<script")), Not(HasSubstr("<img")),
                            Not(HasSubstr("<i>")), Not(HasSubstr("\u202E")), Not(HasSubstr("<a "))));
    const auto markdown = handbook_markdown(book());
    EXPECT_THAT(markdown, AllOf(Not(testing::ContainsRegex("[^\\\\]<script")), Not(HasSubstr(" ](javascript")),
                                Not(HasSubstr("\u202E")), HasSubstr("\\<script\\>"), HasSubstr("\\*\\*b\\*\\*")));
    EXPECT_THAT(flowed(book()), Not(HasSubstr("\u202E")));
    rules.organisation = rules.notices.help = "2. x";
    rules.notices.languages[0].texts["book-log"] = "- # x";
    EXPECT_THAT(handbook_markdown(book()), AllOf(HasSubstr("\n- \\- # x\n"), HasSubstr("at 2. x\n")));
    rules.notices.help = "https://x.example/a b)>\"<i>";
    EXPECT_THAT(handbook_page(book()), HasSubstr("<a href=\"https://x.example/a b)&gt;&quot;&lt;i&gt;\">"));
    EXPECT_THAT(handbook_markdown(book()), HasSubstr("(<https://x.example/a%20b)%3E\"%3Ci%3E>)"));
}

TEST_F(Handbook, APolicyWithNextToNothing) {
    rules = load_or_fail(R"(organisation: {name: A, domains: [a.example]}
classifications: [{name: blue, tags: []}]
untagged: blue
near_miss: ignore
carriers: {headers: [X-Mark]}
rules: {blue: {default: reject}}
)");
    const auto of = book();
    EXPECT_THAT(of.matrix, SizeIs(1));
    EXPECT_THAT(flowed(of),
                AllOf(HasSubstr("x is refused"), Not(HasSubstr("wrong tool")), HasSubstr("your mail administrators")));
    EXPECT_THAT(handbook_page(of), Not(HasSubstr("id=\"channels\"")));
}

} // namespace
} // namespace sealgate::policy
