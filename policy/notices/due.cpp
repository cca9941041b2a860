#include "policy/notices/due.hpp"

#include "policy/base/text.hpp"
#include "policy/decision/author.hpp"
#include "policy/texts/language.hpp"

#include <algorithm>
#include <utility>

namespace sealgate::policy {

namespace {

constexpr std::size_t longest_address = 320;

// RFC 3834 section 2, and what programs did before it.
bool is_written_by_a_program(const message& mail) {
    static constexpr auto bulk = std::to_array<std::string_view>({"bulk", "list", "junk"});
    return is_auto_submitted(mail) || std::ranges::any_of(mail.fields, [](const header_field& field) {
               if (text::istarts_with(field.name, "List-")) return true;
               if (!text::iequals(field.name, "Precedence")) return false;
               const auto value = unfolded(field.value);
               return text::is_one_of(text::trim(std::string_view(value).substr(0, value.find_first_of(";("))), bulk);
           });
}

bool is_ours(const noticed_mail& about) {
    if (about.sender.is_null() || (about.sender.domain.empty() && !about.sender.is_unqualified())) return false;
    if (is_rewritten(about.sender)) return false; // the notice would go on to whom it names
    if (!about.user.empty()) return true;
    // An address that a mail server may route elsewhere is a stranger's.
    return about.rules.tiers.tier_of(about.sender) == about.rules.tiers.organisation() && !about.sender.may_be_rerouted();
}

bool has(const decision& made, outcome result) {
    return std::ranges::find(made.recipients, result, &recipient_decision::result) != made.recipients.end();
}

// What is nearly a tag is to be warned about, and everybody's result was stricter than a warning anyhow.
bool is_nearly_tagged_alone(const policy& rules, const decision& made) {
    return rules.near_miss == near_miss_action::warn && !made.near_misses.empty() && !has(made, outcome::warn);
}

std::optional<notice_kind> kind_of(const noticed_mail& about) {
    switch (about.made.what) {
    case outcome::deliver:
    case outcome::warn:
    case outcome::seal:
        if (!has(about.made, outcome::warn) && !is_nearly_tagged_alone(about.rules, about.made)) return std::nullopt;
        return notice_kind::warning;
    case outcome::hold: return notice_kind::held;
    case outcome::reject: // what only a stranger or a program could mend is told to them alone
        if (!about.rules.notices.refusals || about.known.by != author::person) return std::nullopt;
        return notice_kind::refused;
    case outcome::defer: return std::nullopt;
    }
    std::unreachable();
}

// Whose result a notice is about.
outcome result_told_by(notice_kind kind) {
    switch (kind) {
    case notice_kind::warning: return outcome::warn;
    case notice_kind::held: return outcome::hold;
    case notice_kind::refused: return outcome::reject;
    }
    std::unreachable();
}

} // namespace

std::string language_for(const notices& how, const message& mail) {
    if (how.language != "auto") return how.language;
    return language_of(mail, how.languages).value_or(how.languages.front().tag);
}

std::optional<notice_kind> notice_due(const noticed_mail& about) {
    const auto kind = kind_of(about);
    if (!kind || about.mode == mode::monitor || !is_ours(about) || is_written_by_a_program(about.mail)) return std::nullopt;
    return kind;
}

told_mail told_of(const policy& rules, const facts& known, const decision& made, notice_kind kind) {
    told_mail out{.id = {}, .kind = kind, .time = {}, .zone = {}};
    if (made.classification) out.classification = rules.classifications[*made.classification].name;
    const auto found = findings_that_matter(known, made);
    for (const auto& miss : found.near_misses)
        if (!miss.suggestion.empty() && std::ranges::find(out.meant, miss.suggestion) == out.meant.end())
            out.meant.push_back(miss.suggestion);
    if (const auto* unread = unread_in(found)) out.unread = unread->charset;
    const bool all_for_the_tag = kind == notice_kind::warning && is_nearly_tagged_alone(rules, made);
    const auto told = result_told_by(kind);
    for (const auto& one : made.recipients) {
        if (one.result != told && !all_for_the_tag) continue;
        const auto& domain = one.who.domain.empty() ? one.who.spelled : one.who.domain;
        out.recipients.push_back({.address = text::printable(one.who.spelled, longest_address),
                                  .domain = text::printable(domain, longest_address),
                                  .tier = rules.tiers.name(one.tier),
                                  .why = all_for_the_tag ? reason::near_miss : one.why,
                                  .has_key = one.key.state == key_state::usable});
    }
    out.sealed = made.what == outcome::seal;
    const auto counts_as_answer = [&](thread_effect by) { return made.thread && made.thread->effect == by; };
    out.inherited = counts_as_answer(thread_effect::inherited);
    out.raised = counts_as_answer(thread_effect::raised);
    return out;
}

} // namespace sealgate::policy
