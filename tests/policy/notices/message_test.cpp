// Notices as whole mails: golden files for each kind in each language (tests/policy/golden/KIND.LANGUAGE.eml), and what no
// notice may ever hold. SEALGATE_RENEW_GOLDEN=1 writes the files anew; look at the difference before you commit it.
#include "policy/base/text.hpp"
#include "policy/mail/encoded_word.hpp"
#include "policy/mail/mime.hpp"
#include "policy/notices/message.hpp"
#include "tests/policy/support/policies.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace sealgate::policy {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::chrono::system_clock::time_point morning{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) +
                                                    std::chrono::hours(9)};

constexpr std::array languages{"en", "de", "fr", "es"};

told_mail mail_of(std::string id, notice_kind kind, std::vector<told_recipient> recipients,
                  std::string classification = "internal") {
    return {.id = std::move(id),
            .kind = kind,
            .time = morning,
            .message_id = "<1.2@client.example.org>",
            .classification = std::move(classification),
            .recipients = std::move(recipients)};
}

told_recipient at_tier(std::string address, std::string tier, reason why = reason::tier, bool has_key = false) {
    auto domain = address.substr(address.find('@') + 1);
    return {
        .address = std::move(address), .domain = std::move(domain), .tier = std::move(tier), .why = why, .has_key = has_key};
}

struct golden_case {
    const char* name;
    std::vector<told_mail> mails;
    std::size_t unlisted = 0;
};

std::vector<golden_case> golden_cases() {
    using enum notice_kind;
    auto sealed =
        mail_of("7Q2K-M4XD", warning, {at_tier("eve@partner.example", "secure", reason::unverifiable)}, "confidential");
    sealed.sealed = true;
    auto unread = mail_of("7Q2K-M4XD", warning, {at_tier("bob@yahoo.com", "unsecure", reason::near_miss)});
    unread.unread = "x-unknown";
    auto nearly = mail_of("7Q2K-M4XD", warning, {at_tier("bob@yahoo.com", "unsecure", reason::near_miss)});
    nearly.meant = {"[confidential]"};
    auto answer = mail_of("7Q2K-M4XD", warning, {at_tier("bob@partner.example", "secure")}, "confidential");
    auto lower_answer = answer;
    answer.inherited = true;
    lower_answer.raised = true;
    auto held_nearly = nearly;
    held_nearly.kind = held;
    auto refused_key = mail_of("7Q2K-M4XD", refused, {at_tier("bob@yahoo.com", "unsecure", reason::no_key)}, "confidential");
    refused_key.said = {"Tagged confidential, but there is no key for bob@yahoo.com (unsecure).",
                        "Ask them for their OpenPGP key, or use Signal or Jitsi instead."};
    auto refused_nearly = mail_of("8R3L-N5YE", refused, {at_tier("bob@yahoo.com", "unsecure", reason::near_miss)});
    refused_nearly.said = {
        "Its Subject has something nearly like a tag; did you mean [confidential]?",
        "Correct it and send it again; if it was meant as none, take it out of its brackets and write the tag "
        "that you do mean. Possible tags: [public], [internal] or [confidential]."};
    refused_nearly.meant = {"[confidential]"};
    return {
        {.name = "refused-key", .mails = {refused_key}},
        {.name = "refused-near-miss", .mails = {refused_nearly}},
        {.name = "digest-refused",
         .mails = {refused_key, refused_nearly, mail_of("9S4M-P6ZF", warning, {at_tier("eve@yahoo.com", "unsecure")})}},
        {.name = "warning-tier",
         .mails = {mail_of("7Q2K-M4XD", warning,
                           {at_tier("bob@yahoo.com", "unsecure"), at_tier("eve@yahoo.com", "unsecure"),
                            at_tier("zoe@clinic.example", "unknown", reason::tier, true)})}},
        {.name = "warning-encrypted",
         .mails = {mail_of("7Q2K-M4XD", warning,
                           {at_tier("bob@partner.example", "secure", reason::unverifiable),
                            at_tier("eve@riseup.net", "even-better", reason::passphrase_only),
                            at_tier("zoe@gmail.com", "better", reason::subject_in_clear)},
                           "confidential")}},
        {.name = "warning-sealed", .mails = {sealed}},
        {.name = "warning-near-miss", .mails = {nearly}},
        {.name = "warning-unread", .mails = {unread}},
        {.name = "warning-inherited", .mails = {answer}},
        {.name = "warning-raised", .mails = {lower_answer}},
        {.name = "held-tier",
         .mails = {mail_of("7Q2K-M4XD", held, {at_tier("max@example.org", "organisation")}, "confidential")}},
        {.name = "held-near-miss", .mails = {held_nearly}},
        {.name = "held-key",
         .mails = {mail_of(
             "7Q2K-M4XD", held,
             {at_tier("a@yahoo.com", "unsecure", reason::no_key), at_tier("b@gmail.com", "better", reason::key_expired),
              at_tier("c@gmail.com", "better", reason::key_revoked), at_tier("d@gmail.com", "better", reason::key_disabled),
              at_tier("e@gmail.com", "better", reason::key_not_for_encryption),
              at_tier("f@gmail.com", "better", reason::key_weak)},
             "confidential")}},
        {.name = "digest",
         .mails = {mail_of("7Q2K-M4XD", warning, {at_tier("bob@yahoo.com", "unsecure")}),
                   mail_of("8R3L-N5YE", warning, {at_tier("eve@hotmail.com", "unsecure"), at_tier("ann@x.example", "unknown")}),
                   mail_of("9S4M-P6ZF", held, {at_tier("zoe@yahoo.com", "unsecure", reason::no_key)}, "confidential")},
         .unlisted = 12},
    };
}

std::string read(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

class Notice : public testing::Test {
protected:
    std::string message(std::vector<told_mail> mails, std::string_view language = "en", std::size_t unlisted = 0) {
        return notice_message({.rules = rules,
                               .to = to,
                               .mails = std::move(mails),
                               .unlisted = unlisted,
                               .language = language,
                               .now = morning + std::chrono::minutes(1),
                               .boundary = "sealgate-BOUNDARY"});
    }

    // Both parts as a mail program shows them.
    static std::pair<std::string, std::string> parts(const std::string& wire) {
        const auto mail = parse_message(wire);
        const auto root = parse_mime(mail);
        if (!root || root->parts.size() != 2) return {};
        return {std::string(decoded_body(root->parts[0])->view()), std::string(decoded_body(root->parts[1])->view())};
    }

    // The plain text with its lists' lines joined again.
    static std::string joined(const std::string& wire) {
        auto plain = parts(wire).first;
        for (auto at = plain.find("\r\n  "); at != std::string::npos; at = plain.find("\r\n  ")) plain.replace(at, 4, " ");
        return plain;
    }

    // All of it in one line.
    static std::string flowed(const std::string& wire) {
        auto plain = joined(wire);
        for (auto at = plain.find("\r\n"); at != std::string::npos; at = plain.find("\r\n")) plain.replace(at, 2, " ");
        return plain;
    }

    policy rules = load_or_fail(with(example_policy, "always_to: []", "always_to: [archive@example.org]"));
    address to = parse_address("ann@example.org");
    told_mail usual = mail_of("7Q2K-M4XD", notice_kind::warning, {at_tier("bob@yahoo.com", "unsecure")});
};

TEST_F(Notice, GoldenFilesAreWhatIsWritten) {
    const bool renew = std::getenv("SEALGATE_RENEW_GOLDEN") != nullptr;
    for (const auto& one : golden_cases()) {
        for (const auto* language : languages) {
            const auto file = std::filesystem::path(SEALGATE_GOLDEN) / (std::string(one.name) + "." + language + ".eml");
            const auto written = message(one.mails, language, one.unlisted);
            if (renew) std::ofstream(file, std::ios::binary) << written;
            EXPECT_EQ(written, read(file)) << file;
        }
    }
}

TEST_F(Notice, EveryLineFitsAndIsAscii) {
    for (const auto& one : golden_cases()) {
        for (const auto* language : languages) {
            std::istringstream lines(message(one.mails, language, one.unlisted));
            for (std::string line; std::getline(lines, line);) {
                EXPECT_LE(line.size(), 79u) << line;
                EXPECT_TRUE(text::is_ascii(line)) << line;
                EXPECT_TRUE(line.ends_with('\r')) << line;
            }
        }
    }
}

TEST_F(Notice, NoProgramAnswersIt) {
    EXPECT_THAT(message({usual}),
                AllOf(HasSubstr("\r\nAuto-Submitted: auto-replied\r\n"), HasSubstr("\r\nX-Auto-Response-Suppress: All\r\n"),
                      HasSubstr("\r\nIn-Reply-To: <1.2@client.example.org>\r\n"),
                      HasSubstr("From: \"Example Org mail service\"")));
    EXPECT_THAT(message({usual, usual}),
                AllOf(HasSubstr("\r\nAuto-Submitted: auto-generated\r\n"), Not(HasSubstr("In-Reply-To"))));
}

TEST_F(Notice, AMessageIdThatIsNoneIsLeftOut) {
    for (const auto* id : {"", "none", "<a@b>\r\nBcc: x@y.org", "<a b@c>", "<a@b> <c@d>", "<ü@b>"}) {
        usual.message_id = id;
        EXPECT_THAT(message({usual}), AllOf(Not(HasSubstr("In-Reply-To")), Not(HasSubstr("Bcc")))) << id;
    }
}

TEST_F(Notice, HtmlIsEscaped) {
    usual.recipients = {at_tier("\"<script>alert('x')</script>&\"@yahoo.com", "unsecure")};
    rules.notices.help = "javascript:alert(1)";
    rules.organisation = "A & B <i>";
    const auto [plain, html] = parts(message({usual}));
    EXPECT_THAT(html, AllOf(HasSubstr("&quot;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;@yahoo.com"),
                            Not(HasSubstr("<script")), Not(HasSubstr("<a ")), HasSubstr("A &amp; B &lt;i&gt;")));
    EXPECT_THAT(plain, HasSubstr("<script>alert('x')</script>"));
}

TEST_F(Notice, HtmlLoadsNothingAndNamesItsLanguage) {
    for (const auto& one : golden_cases()) {
        const auto [plain, html] = parts(message(one.mails, "de", one.unlisted));
        EXPECT_THAT(html, AllOf(HasSubstr("<html lang=\"de\""), Not(HasSubstr("<img")), Not(HasSubstr("src=")),
                                Not(HasSubstr("url(")), Not(HasSubstr("<link")), Not(HasSubstr("<style"))));
        EXPECT_THAT(html, Not(HasSubstr("{"))) << "a place was not filled";
        EXPECT_THAT(plain, Not(HasSubstr("{")));
        EXPECT_THAT(plain, AllOf(Not(HasSubstr("  Mail")), Not(HasSubstr(". ."))));
    }
}

TEST_F(Notice, OrganisationAndAddressesBeyondAscii) {
    rules.organisation = "Bücherei \"Süd\"\r\nBcc: x@y.org";
    rules.notices.from = parse_address("post@bücher.example");
    to = parse_address("jürgen@bücher.example");
    usual.recipients = {at_tier("zoë@bücher.example", "unknown")};
    const auto written = message({usual});
    const auto mail = parse_message(written);
    EXPECT_TRUE(field_values(mail, "Bcc").empty());
    EXPECT_THAT(decode_words(unfolded(field_values(mail, "From")[0])).text,
                AllOf(HasSubstr("Bücherei \"Süd\""), HasSubstr("<post@xn--bcher-kva.example>")));
    EXPECT_THAT(std::string(field_values(mail, "To")[0]), HasSubstr("<jürgen@bücher.example>"));
    EXPECT_THAT(parts(written).first, HasSubstr("zoë@bücher.example"));
}

TEST_F(Notice, WhatStandsInBracketsIsNotBroken) {
    for (const auto& one : golden_cases())
        for (const auto* language : languages)
            for (const auto& mail : one.mails)
                EXPECT_THAT(parts(message(one.mails, language, one.unlisted)).first, HasSubstr("[sealgate " + mail.id + "]"))
                    << one.name;
}

TEST_F(Notice, TimesAreOfTheClockOfWhoeverWroteIt) {
    usual.zone = std::chrono::minutes(330);
    EXPECT_THAT(flowed(message({usual})), HasSubstr("Your mail of 2026-11-23 14:30 UTC+05:30 has left."));
    usual.zone = std::chrono::minutes(-600);
    EXPECT_THAT(flowed(message({usual}, "de")), HasSubstr("Ihre E-Mail vom 22.11.2026, 23:00 Uhr (UTC-10:00) ist"));
    rules.notices.languages.front().texts["time"] = "{year}-{month}-{day} {hour}:{minute} UTC";
    EXPECT_THAT(flowed(message({usual})), HasSubstr("Your mail of 2026-11-23 09:00 UTC has left."))
        << "a text of one's own from before there were zones";
}

TEST_F(Notice, TagsAreOfItsLanguage) {
    EXPECT_THAT(flowed(message({usual})), HasSubstr("[public], [internal] or [confidential]."));
    EXPECT_THAT(flowed(message({usual}, "de")), AllOf(HasSubstr("[vertraulich]."), HasSubstr("Stufe „internal“")))
        << "has none";
    EXPECT_THAT(flowed(message({usual}, "fr")),
                AllOf(HasSubstr("[public], [interne] ou [confidentiel]."), HasSubstr("«\u00A0interne\u00A0»")));
    EXPECT_THAT(flowed(message({usual}, "es")), HasSubstr("[public], [internal] o [confidential]."));
}

TEST_F(Notice, ManyRecipientsAreCounted) {
    usual.recipients.clear();
    for (int i = 0; i < 30; ++i)
        usual.recipients.push_back(at_tier("r" + std::to_string(i) + "@d" + std::to_string(i) + ".example", "unknown"));
    usual.unnamed = 5;
    const auto written = message({usual});
    EXPECT_THAT(parts(written).first, AllOf(HasSubstr("15 more"), HasSubstr("r19@"), Not(HasSubstr("r20@"))));
    EXPECT_THAT(written, HasSubstr("About your mail to d0.example, d1.example and 28 more"));
}

TEST_F(Notice, ServicesThatThePolicyNamesAreSuggested) {
    EXPECT_THAT(joined(message({usual})), HasSubstr("partner.example, riseup.net, tuta.com, gmail.com or hushmail.com."));
    rules.notices.services = {"proton.me"};
    EXPECT_THAT(joined(message({usual})), HasSubstr("for example at proton.me."));
}

TEST_F(Notice, ReadersAreNamedWhereSomethingWasSealed) {
    EXPECT_THAT(parts(message({usual})).first, Not(HasSubstr("archive@example.org")));
    usual.sealed = true;
    EXPECT_THAT(parts(message({usual})).first, HasSubstr("can also be read by archive@example.org"));
}

TEST_F(Notice, WhatThePolicyDoesNotKnowAnyMoreIsToldAllTheSame) {
    usual.classification = "gone";
    usual.recipients = {at_tier("bob@yahoo.com", "gone-too")};
    EXPECT_THAT(parts(message({usual}, "xx")).first, AllOf(HasSubstr("“gone-too”"), HasSubstr("“gone”")));
}

} // namespace
} // namespace sealgate::policy
