#include "policy/notices/refusal_mail.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/date.hpp"
#include "policy/mail/encoded_word.hpp"
#include "policy/mail/mailbox_field.hpp"
#include "policy/mail/transfer_encoding.hpp"
#include "policy/notices/advice.hpp"
#include "policy/notices/letter.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

constexpr std::size_t most_people = 10;
constexpr std::size_t longest_id = 250;

const language_texts& words_for(const refusal_facts& about) {
    const auto& all = about.rules.notices.languages;
    const auto at = std::ranges::find(all, about.language, &language_texts::tag);
    return at == all.end() ? all.front() : *at;
}

std::string people_in(const refusal_facts& about, const language_texts& words) {
    std::vector<std::string> who;
    for (const auto& one : about.recipients)
        if (who.size() < most_people) who.push_back(text::printable(one));
    if (const auto more = about.recipients.size() - who.size(); more > 0)
        who.push_back(filled(words.text("more"), {{"count", {std::to_string(more)}}}));
    return text::listed(who, words.text("and"));
}

document letter_of(const refusal_facts& about, const language_texts& words) {
    const auto mark = about.decision.empty() ? std::string{} : "[sealgate " + text::ascii(about.decision) + "]";
    const filling places{{"who", {people_in(about, words)}},
                         {"organisation", {about.rules.organisation}},
                         {"contact", contact_of(about.rules, words)},
                         {"decision", {mark, emphasis::strong}},
                         {"help", {about.rules.notices.help, emphasis::link}}};
    document out{.language = words.tag, .blocks = {}};
    const auto add = [&](block_kind kind, std::string_view name) {
        out.blocks.push_back({.kind = kind, .lines = {fill(words.text(name), places)}});
    };
    add(block_kind::title, "held-refused-heading");
    add(block_kind::paragraph, "held-refused-intro");
    add(block_kind::paragraph, "held-refused-next");
    if (!about.rules.notices.help.empty()) add(block_kind::paragraph, "help");
    return out;
}

// Only one that is well formed gets into a field: it is the sender's.
bool may_be_answered(std::string_view id) {
    return id.size() > 2 && id.size() <= longest_id && id.starts_with('<') && id.ends_with('>') &&
           std::ranges::all_of(id, [](char c) { return c > ' ' && c < 0x7F; }) && id.find_first_of("<>", 1) == id.size() - 1;
}

std::string header_of(const refusal_facts& about, const language_texts& words) {
    const auto& from = about.rules.notices.from;
    const auto name = filled(words.text("sender"), {{"organisation", {about.rules.organisation}}});
    std::string out = "From: " + own_mailbox(name, from) + "\r\nTo: " + mailbox(about.to) + "\r\n";
    out +=
        "Subject: " + encode_words(filled(words.text("held-refused-subject"), {{"who", {people_in(about, words)}}})) + "\r\n";
    out += "Date: " + mail_date(about.now) + "\r\nMessage-ID: <" + std::string(about.boundary) + ".refused@" +
           (from.domain.empty() ? std::string("localhost") : from.domain) + ">\r\n";
    if (may_be_answered(about.message_id))
        out += "In-Reply-To: " + std::string(about.message_id) + "\r\nReferences: " + std::string(about.message_id) + "\r\n";
    out += "Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\nContent-Language: " + words.tag + "\r\n";
    return out + "MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary=\"" + std::string(about.boundary) +
           "\"\r\n\r\n";
}

} // namespace

std::string refusal_mail(const refusal_facts& about) {
    const auto& words = words_for(about);
    const auto letter = letter_of(about, words);
    const auto next_part = "--" + std::string(about.boundary);
    const auto part = [&](std::string_view type, const std::string& content) {
        return next_part + "\r\nContent-Type: text/" + std::string(type) + "; charset=utf-8\r\n" +
               "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + encode_quoted_printable(content) + "\r\n";
    };
    return header_of(about, words) + part("plain", as_plain_text(letter)) + part("html", as_html(letter)) + next_part +
           "--\r\n";
}

} // namespace sealgate::policy
