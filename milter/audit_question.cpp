#include "milter/audit_question.hpp"

#include "milter/audit_search.hpp"
#include "milter/files.hpp"
#include "policy/address.hpp"
#include "policy/audit_event.hpp"
#include "policy/base/text.hpp"
#include "policy/base/yaml.hpp"
#include "policy/load.hpp"
#include "policy/reason.hpp"
#include "policy/vocabulary.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace sealgate::milter {

namespace {

using words = std::vector<std::string>;

bool refuse(std::string_view option, const std::string& text) { return complain(std::string(option) + ": " + text), false; }

// The first of the values that is none of these words, whatever the letters' case; null if all are.
const std::string* stranger(const words& values, const words& known) {
    const auto is_known = [&](const std::string& value) {
        return std::ranges::any_of(known, [&](const auto& word) { return text::iequals(word, value); });
    };
    const auto at = std::ranges::find_if_not(values, is_known);
    return at == values.end() ? nullptr : &*at;
}

bool are_known(std::string_view option, const words& values, const words& known) {
    const auto* wrong = stranger(values, known);
    return !wrong || refuse(option, "\"" + text::printable(*wrong) + "\" is none of: " + text::join(known, ", ") +
                                        yaml::did_you_mean(*wrong, known));
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

// Of the policy in force. A policy that can't be read or has errors tells nothing: the log says what it says.
policy_words policy_words_of(const config& gateway) {
    policy_words out;
    const auto rules = policy::load_policy(gateway.policy_path, read_file, list_directory);
    if (!rules) return out;
    for (const auto& one : rules->classifications) out.classifications.push_back(one.name);
    for (policy::tier_id tier = 0; tier < rules->tiers.size(); ++tier) out.tiers.push_back(rules->tiers.name(tier));
    return out;
}

void add_once(words& to, std::optional<std::string_view> word) {
    if (word && std::ranges::find(to, *word) == to.end() && to.size() < 1000) to.emplace_back(*word);
}

void add_words_of_the_log(policy_words& to, const config& gateway, const people& named) {
    audit_search log(gateway.audit_directory(), {}, named);
    for (found_record one; log.next(one);) {
        if (!one.record) continue;
        add_once(to.classifications, policy::text_in(*one.record, "classification"));
        for (const auto* recipient : policy::recipients_in(*one.record))
            add_once(to.tiers, policy::text_in(*recipient, "tier"));
    }
}

bool has_known_words(const policy::query& asked, const config& gateway, const people& named) {
    if (asked.classifications.empty() && asked.tiers.empty()) return true;
    auto known = policy_words_of(gateway);
    if (stranger(asked.classifications, known.classifications) || stranger(asked.tiers, known.tiers))
        add_words_of_the_log(known, gateway, named);
    return are_known("--classification", asked.classifications, known.classifications) &&
           are_known("--tier", asked.tiers, known.tiers);
}

// "ann@example.org", also as "<ann@example.org>" or "Ann <ann@example.org>".
std::string without_brackets(const std::string& text) {
    const auto trimmed = std::string(text::trim(text));
    const auto open = trimmed.rfind('<');
    if (open == std::string::npos || !trimmed.ends_with('>')) return trimmed;
    return trimmed.substr(open + 1, trimmed.size() - open - 2);
}

bool are_addresses(std::string_view option, words& values, const people& named) {
    for (auto& value : values) {
        value = without_brackets(value);
        if (value.empty()) return refuse(option, "it takes an address; mail without a sender is not logged");
        if (!policy::is_pseudonym(value) && !named.problem().empty()) return refuse(option, named.problem());
    }
    values = named.as_logged(std::move(values));
    return true;
}

// The log has domains in A-labels, and what it could not read as it was.
bool are_domains(words& values) {
    words canonical;
    for (auto& value : values) {
        if (value.starts_with('@')) value.erase(0, 1);
        if (value.contains('@')) return refuse("--domain", "it takes what stands behind the @; --recipient takes an address");
        if (value.empty() || value.starts_with('.') || value.find_first_of(" *<>") != std::string::npos)
            return refuse("--domain",
                          "\"" + text::printable(value) + "\" is no domain; it takes a whole one, such as example.org");
        canonical.push_back(policy::canonical_domain(value));
    }
    std::ranges::copy_if(canonical, std::back_inserter(values), [](const auto& one) { return !one.empty(); });
    return true;
}

bool are_ids(const words& values) {
    const auto is_id = [](const std::string& id) { return id.size() == 9 && id[4] == '-'; };
    const auto wrong = std::ranges::find_if_not(values, is_id);
    return wrong == values.end() || refuse("--id", "\"" + text::printable(*wrong) + "\" is no decision id such as 7Q2K-M4XD");
}

// What a decision says, and what an event does not.
constexpr std::string_view of_decisions[] = {"--sender", "--classification", "--outcome", "--recipient",
                                             "--domain", "--tier",           "--reason"};

bool asks_for_one_kind(const invocation& called) {
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

std::optional<policy::query> question_in(const invocation& called, const config& gateway, const people& named) {
    const auto when = period_in(called, std::chrono::system_clock::now());
    if (!when) return std::nullopt;
    policy::query asked{.since = when->since,
                        .until = when->until,
                        .events = called.values("--event"),
                        .ids = called.values("--id"),
                        .senders = called.values("--sender"),
                        .classifications = called.values("--classification"),
                        .outcomes = called.values("--outcome"),
                        .recipients = called.values("--recipient"),
                        .domains = called.values("--domain"),
                        .tiers = called.values("--tier"),
                        .reasons = called.values("--reason")};
    const bool can_match = asks_for_one_kind(called) && are_ids(asked.ids) &&
                           are_known("--event", asked.events, event_words()) &&
                           are_known("--outcome", asked.outcomes, words_of(names(policy::outcome{}))) &&
                           are_known("--reason", asked.reasons, words_of(names(policy::reason{}))) &&
                           are_domains(asked.domains) && are_addresses("--sender", asked.senders, named) &&
                           are_addresses("--recipient", asked.recipients, named) && has_known_words(asked, gateway, named);
    return can_match ? std::optional(std::move(asked)) : std::nullopt;
}

} // namespace sealgate::milter
