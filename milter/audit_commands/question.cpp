#include "milter/audit_commands/question.hpp"

#include "milter/base/decision_id.hpp"
#include "milter/base/named_files.hpp"
#include "policy/audit/event.hpp"
#include "policy/audit/key_event.hpp"
#include "policy/audit/moment.hpp"
#include "policy/base/hex.hpp"
#include "policy/base/spelling.hpp"
#include "policy/base/text.hpp"
#include "policy/load/policy.hpp"
#include "policy/mail/address.hpp"
#include "policy/mail/mailbox_list.hpp"
#include "policy/rules/reason.hpp"
#include "policy/rules/vocabulary.hpp"

#include <algorithm>
#include <expected>
#include <iterator>
#include <string_view>
#include <utility>

namespace sealgate::milter {

namespace {

using words = std::vector<std::string>;

bool refuse(std::string_view option, const std::string& text) { return complain(std::string(option) + ": " + text), false; }

// Null if all are.
const std::string* first_that_is_not(const words& values, auto as_it_should_be) {
    const auto at = std::ranges::find_if_not(values, as_it_should_be);
    return at == values.end() ? nullptr : &*at;
}

// The first of the values that is none of these words, whatever the letters' case; null if all are.
const std::string* stranger(const words& values, const words& known) {
    const auto is_known = [&](const std::string& value) {
        return std::ranges::any_of(known, [&](const auto& word) { return text::iequals(word, value); });
    };
    return first_that_is_not(values, is_known);
}

bool are_known(std::string_view option, const words& values, const words& known) {
    const auto* wrong = stranger(values, known);
    return !wrong || refuse(option, "\"" + text::printable(*wrong) + "\" is none of: " + text::join(known, ", ") +
                                        did_you_mean(*wrong, known));
}

words words_of(const auto& table) {
    words out;
    for (const auto& one : table) out.emplace_back(one.name);
    return out;
}

words event_words() {
    auto out = words_of(names(policy::gateway_event{}));
    std::ranges::move(words_of(names(policy::key_change{})), std::back_inserter(out));
    return out;
}

struct policy_words {
    words classifications, tiers;
};

// Of the policy in force, or why it tells nothing: it can't be read, or has errors.
std::expected<policy_words, std::string> policy_words_of(const config& gateway) {
    policy_words out;
    const auto rules = policy::load_policy(gateway.policy_path, read_file, list_directory);
    if (!rules) return std::unexpected(rules.error().front().to_string());
    for (const auto& one : rules->classifications) out.classifications.push_back(one.name);
    for (policy::tier_id tier = 0; tier < rules->tiers.size(); ++tier) out.tiers.push_back(rules->tiers.name(tier));
    return out;
}

void add_once(words& to, std::optional<std::string_view> word) {
    if (word && std::ranges::find(to, *word) == to.end() && to.size() < 1000) to.emplace_back(*word);
}

void add_words_of_the_log(policy_words& to, const asked_log& log, const address_resolver& named) {
    auto all = log.search({}, named);
    for (found_record one; all.next(one);) {
        if (!one.record) continue;
        add_once(to.classifications, policy::text_in(*one.record, "classification"));
        for (const auto* recipient : policy::recipients_in(*one.record))
            add_once(to.tiers, policy::text_in(*recipient, "tier"));
    }
}

bool has_known_words(const policy::query& asked, const config& gateway, const asked_log& log, const address_resolver& named) {
    if (asked.classifications.empty() && asked.tiers.empty()) return true;
    const auto of_the_policy = policy_words_of(gateway);
    auto known = of_the_policy.value_or(policy_words{});
    const auto has_strangers = [&] {
        return stranger(asked.classifications, known.classifications) || stranger(asked.tiers, known.tiers);
    };
    if (has_strangers()) add_words_of_the_log(known, log, named);
    if (!of_the_policy && has_strangers()) {
        complain("the policy could not be read, so that nothing tells whether it has such a classification or tier: " +
                 of_the_policy.error());
        return true;
    }
    return are_known("--classification", asked.classifications, known.classifications) &&
           are_known("--tier", asked.tiers, known.tiers);
}

// Whether some record answers, or hides whether it does.
bool log_may_have(const policy::query& asked, const asked_log& log, const address_resolver& named) {
    auto found = log.search(asked, named);
    found_record one;
    return found.next(one) || found.hashed().any();
}

// Local mail has senders and recipients without a domain, and the log has what could not be read as it was.
bool is_whole_address(const std::string& value) {
    const auto at = value.rfind('@');
    return policy::is_pseudonym(value) || (at != std::string::npos && at > 0 && at + 1 < value.size());
}

bool are_addresses(std::string_view option, words& values, words policy::query::*asked, const asked_log& log,
                   const address_resolver& named) {
    for (auto& value : values) {
        value = policy::bare_address(value);
        if (value.empty()) return refuse(option, "it takes an address; mail without a sender is not logged");
        if (!policy::is_pseudonym(value) && !named.problem().empty()) return refuse(option, named.problem());
        if (is_whole_address(value)) continue;
        policy::query question;
        question.*asked = named.as_logged({value});
        if (!log_may_have(question, log, named))
            return refuse(option, "\"" + text::printable(value) +
                                      "\" is no address, and the log has none like it; it takes a whole one, such as "
                                      "ann@example.org");
    }
    values = named.as_logged(std::move(values));
    return true;
}

// The log has domains in A-labels, and what it could not read as it was.
bool are_domains(words& values, const asked_log& log, const address_resolver& named) {
    words canonical;
    for (auto& value : values) {
        if (value.starts_with('@')) value.erase(0, 1);
        if (value.contains('@')) return refuse("--domain", "it takes what stands behind the @; --recipient takes an address");
        const auto refusal = [&](std::string_view why) {
            return refuse("--domain", "\"" + text::printable(value) + "\" is no domain" + std::string(why) +
                                          "; it takes a whole one, such as example.org");
        };
        if (value.empty() || value.starts_with('.') || value.find_first_of(" *<>") != std::string::npos) return refusal("");
        auto in_the_log = policy::canonical_domain(value);
        const bool is_whole = value.contains('.') || in_the_log.contains('.') || value.starts_with('[');
        if (!is_whole && !log_may_have({.domains = {value, in_the_log}}, log, named))
            return refusal(", and the log has none like it");
        if (!in_the_log.empty()) canonical.push_back(std::move(in_the_log));
    }
    std::ranges::move(canonical, std::back_inserter(values));
    return true;
}

bool are_ids(words& values) {
    for (auto& value : values) {
        auto id = read_decision_id(value);
        if (!id) return refuse("--id", "\"" + text::printable(value) + "\" is no decision id such as 7Q2K-M4XD");
        value = *std::move(id);
    }
    return true;
}

// Postfix's short and long ones.
bool are_queue_ids(const words& values) {
    const auto* wrong = first_that_is_not(values, [](const std::string& value) {
        return value.size() >= 6 && value.size() <= 40 && std::ranges::all_of(value, &text::is_alphanumeric);
    });
    return !wrong || refuse("--queue-id", "\"" + text::printable(*wrong) + "\" is no queue id of Postfix such as 4WXYZ12345");
}

// With the angle brackets or without; the log has them as the mail did.
void add_other_spellings(words& message_ids) {
    words others;
    for (const auto& one : message_ids)
        others.push_back(one.starts_with('<') && one.ends_with('>') ? one.substr(1, one.size() - 2) : "<" + one + ">");
    std::ranges::move(others, std::back_inserter(message_ids));
}

bool are_names(std::string_view option, words& values, const address_resolver& named) {
    for (const auto& value : values)
        if (!policy::is_pseudonym(value) && !named.problem().empty()) return refuse(option, named.problem());
    values = named.texts_as_logged(std::move(values));
    return true;
}

// A fingerprint or its last digits, as people copy them: with spaces, with 0x.
bool are_fingerprints(words& values) {
    for (auto& value : values) {
        auto digits = value;
        std::erase(digits, ' ');
        if (text::istarts_with(digits, "0x")) digits.erase(0, 2);
        constexpr std::size_t least = 8, most = 64;
        if (digits.size() < least || digits.size() > most || !text::is_hex(digits))
            return refuse("--key", "\"" + text::printable(value) +
                                       "\" is no fingerprint; it takes 40 or 64 hex digits, or the last 8 or more of them");
        value = std::move(digits);
    }
    return true;
}

bool are_digests(words& values) {
    for (auto& value : values) {
        auto digits = text::istarts_with(value, "sha256:") ? value.substr(sizeof "sha256:" - 1) : value;
        constexpr std::size_t least = 6, most = 64;
        if (digits.size() < least || digits.size() > most || !text::is_hex(digits))
            return refuse("--policy",
                          "\"" + text::printable(value) +
                              "\" is no digest of a policy; it takes sha256:, or not, and its first 6 hex digits or more");
        value = "sha256:" + digits;
    }
    return true;
}

// What a decision says, and what an event does not.
constexpr std::string_view of_decisions[] = {"--sender", "--classification", "--outcome",    "--recipient", "--domain",
                                             "--tier",   "--reason",         "--message-id", "--near-miss"};

bool asks_for_one_kind(const invocation& called) {
    if (called.has("--event") && called.has("--csv")) return refuse("--event", "events have no rows in CSV; use --json");
    const auto* both = std::ranges::find_if(of_decisions, [&](auto option) { return called.has(option); });
    return !called.has("--event") || both == std::end(of_decisions) ||
           refuse("--event", "an event has no " + std::string(both->substr(2)) + "; ask for one of both");
}

} // namespace

std::optional<period> period_in(const invocation& called, std::chrono::system_clock::time_point now) {
    period out;
    for (auto [option, moment] : {std::pair("--since", &out.since), std::pair("--until", &out.until)}) {
        for (const auto& text : called.values(option)) {
            const auto time = policy::to_moment(text, now);
            if (!time) return refuse(option, time.error()), std::nullopt;
            *moment = *time;
        }
    }
    if (out.since && out.until && *out.since >= *out.until) return complain("--since is not before --until"), std::nullopt;
    return out;
}

std::optional<policy::query> question_in(const invocation& called, const config& gateway, const asked_log& log,
                                         const address_resolver& named) {
    const auto when = period_in(called, std::chrono::system_clock::now());
    if (!when) return std::nullopt;
    policy::query asked{.since = when->since,
                        .until = when->until,
                        .events = called.values("--event"),
                        .ids = called.values("--id"),
                        .senders = called.values("--sender"),
                        .classifications = called.values("--classification"),
                        .outcomes = called.values("--outcome"),
                        .queue_ids = called.values("--queue-id"),
                        .message_ids = called.values("--message-id"),
                        .users = called.values("--user"),
                        .policies = called.values("--policy"),
                        .has_near_miss = called.has("--near-miss"),
                        .recipients = called.values("--recipient"),
                        .domains = called.values("--domain"),
                        .tiers = called.values("--tier"),
                        .reasons = called.values("--reason"),
                        .keys = called.values("--key")};
    add_other_spellings(asked.message_ids);
    const bool can_match =
        asks_for_one_kind(called) && are_ids(asked.ids) && are_known("--event", asked.events, event_words()) &&
        are_known("--outcome", asked.outcomes, words_of(names(policy::outcome{}))) &&
        are_known("--reason", asked.reasons, words_of(names(policy::reason{}))) && are_domains(asked.domains, log, named) &&
        are_addresses("--sender", asked.senders, &policy::query::senders, log, named) &&
        are_addresses("--recipient", asked.recipients, &policy::query::recipients, log, named) &&
        are_queue_ids(asked.queue_ids) && are_names("--message-id", asked.message_ids, named) &&
        are_names("--user", asked.users, named) && are_fingerprints(asked.keys) && are_digests(asked.policies) &&
        has_known_words(asked, gateway, log, named);
    return can_match ? std::optional(std::move(asked)) : std::nullopt;
}

} // namespace sealgate::milter
