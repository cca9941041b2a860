#include "policy/notices/refusal_mail.hpp"

#include "policy/base/text.hpp"
#include "policy/notices/advice.hpp"
#include "policy/notices/letter.hpp"
#include "policy/notices/own_mail.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

constexpr std::size_t most_people = 10;

std::string people_in(const refusal_facts& about, const language_texts& words) {
    std::vector<std::string> who;
    for (const auto& one : about.recipients)
        if (who.size() < most_people) who.push_back(text::printable(one));
    if (const auto more = about.recipients.size() - who.size() + about.more; more > 0)
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

} // namespace

std::string refusal_mail(const refusal_facts& about) {
    const auto& words = texts_in(about.rules.notices.languages, about.language);
    return as_mail({.from = about.rules.notices.from,
                    .from_name = filled(words.text("sender"), {{"organisation", {about.rules.organisation}}}),
                    .to = {about.to},
                    .subject = filled(words.text("held-refused-subject"), {{"who", {people_in(about, words)}}}),
                    .now = about.now,
                    .id = std::string(about.boundary) + ".refused",
                    .made = automatic::replied,
                    .answers = about.message_id},
                   letter_of(about, words), about.boundary);
}

} // namespace sealgate::policy
