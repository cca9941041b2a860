#include "policy/report/simulation.hpp"

#include "policy/audit/query.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <algorithm>

namespace sealgate::policy {

namespace {

namespace json = boost::json;

std::string_view field_of(const json::object& of, std::string_view field) { return text_in(of, field).value_or(""); }

// What was done to each recipient. A record that names none, or no result, says nothing.
std::vector<std::optional<outcome>> results_then(const json::object& record) {
    std::vector<std::optional<outcome>> out;
    for (const auto* one : recipients_in(record)) out.push_back(named_as<outcome>(field_of(*one, "result")));
    return out;
}

bool comes_to(const decision& again, outcome was, const json::object& record) {
    const auto then = results_then(record);
    for (std::size_t i = 0; i < then.size() && i < again.recipients.size(); ++i)
        if (then[i] && *then[i] != again.recipients[i].result) return false;
    return again.what == was;
}

direction direction_of(outcome was, outcome would_be) {
    return {.stricter = would_be > was ? 1u : 0u, .milder = would_be < was ? 1u : 0u};
}

void count_in(direction* to, const direction& more) {
    if (to) to->stricter += more.stricter, to->milder += more.milder;
}

} // namespace

void sample::add(std::string_view id) {
    constexpr std::size_t most_ids = 3;
    ++number;
    if (ids.size() < most_ids && !id.empty()) ids.emplace_back(id);
}

simulated::simulated(std::size_t most)
    : rules(most)
    , senders(most)
    , domains(most)
    , unknown_tags(most) {}

simulation::simulation(const policy& another, std::optional<wall_time> since, std::optional<wall_time> until, std::size_t most)
    : rules_(another)
    , since_(since)
    , until_(until)
    , counted_(most) {
    counted_.digest = another.digest;
}

void simulation::add(const json::object& record) {
    if (record.contains("event") || !record.contains("outcome")) return;
    const auto when = parse_rfc3339(field_of(record, "time"));
    if (!when || (since_ && *when < *since_) || (until_ && *when >= *until_)) return;
    const auto id = field_of(record, "id");
    const auto read = facts_in(record, rules_);
    if (!read) return counted_.gaps[read.error()].add(id);
    const auto again = decide_again(rules_, read->known, record);
    const auto was = named_as<outcome>(field_of(record, "outcome"));
    if (again.what == outcome::defer || !was) return counted_.gaps[gap::unreadable].add(id);
    const bool is_own = field_of(record, "policy") == rules_.digest;
    if (is_own && !comes_to(again, *was, record)) return counted_.gaps[gap::not_the_same].add(id);

    ++counted_.decisions;
    counted_.first = std::min(counted_.first.value_or(*when), *when);
    counted_.last = std::max(counted_.last.value_or(*when), *when);
    for (const auto what : read->gaps) counted_.gaps[what].add(id);
    for (const auto& tag : read->unknown_tags)
        if (auto* number = counted_.unknown_tags.at(tag)) ++*number;
    const auto lacks_key = [](const recipient_decision& one) { return one.result >= outcome::hold && is_about_a_key(one.why); };
    if (!is_own && std::ranges::any_of(again.recipients, lacks_key)) counted_.gaps[gap::key_unsought].add(id);
    compare(record, again, id);
}

void simulation::compare(const json::object& record, const decision& again, std::string_view id) {
    const auto was = *named_as<outcome>(field_of(record, "outcome"));
    auto differs = direction_of(was, again.what);
    if (again.what != was) counted_.outcomes[{.was = was, .would_be = again.what}].add(id);
    const auto then = results_then(record);
    const auto recorded = recipients_in(record);
    for (std::size_t i = 0; i < then.size() && i < again.recipients.size(); ++i) {
        const auto& one = again.recipients[i];
        if (!then[i] || *then[i] == one.result) continue;
        const auto by = direction_of(*then[i], one.result);
        if (again.what == was) differs = {.stricter = differs.stricter | by.stricter, .milder = differs.milder | by.milder};
        const auto row = one.row ? one.row : again.classification;
        auto* rule = counted_.rules.at({.classification = row ? rules_.classifications[*row].name : std::string{},
                                        .tier = rules_.tiers.name(one.tier),
                                        .was = *then[i],
                                        .would_be = one.result,
                                        .why = one.why});
        if (rule) rule->add(id);
        count_in(counted_.domains.at(std::string(domain_or_word(text::lower(field_of(*recorded[i], "address"))))), by);
    }
    if (differs.all() == 0) {
        ++counted_.alike;
        return;
    }
    count_in(&counted_.differing, differs);
    const auto sender = text::lower(field_of(record, "sender"));
    count_in(counted_.senders.at(sender.empty() ? "<>" : sender), differs);
}

std::string_view said(gap what) {
    switch (what) {
    case gap::unreadable: return "tell too little to be decided about, and are left out";
    case gap::deferred: return "were deferred, and came again or did not: they are left out";
    case gap::hidden:
        return "have an address under a hash, in a tier that this policy does not have, or has by suffixes alone: they are "
               "left out";
    case gap::not_the_same:
        return "are this very policy's, and what the log holds does not come to the same: they are left out";
    case gap::tier_kept: return "have addresses under a hash: these were taken as what their tier, or their domain, says";
    case gap::tag_unknown: return "have a tag that this policy does not have, and count as if they had it not";
    case gap::key_unknown:
        return "used a key from a source that this policy does not use: whether there is another key is not known, and none "
               "was taken to be there";
    case gap::key_unsought:
        return "would want a usable key: whether one is published is not known, and none was taken to be found";
    case gap::earlier:
        return "were written by an earlier version, and tell of what they answer, of doubtful tags and of readable Subjects "
               "only "
               "where it mattered then";
    case gap::addressed: return "came encrypted, to whom the log does not say: it was taken as one that cannot be told";
    }
    return "";
}

std::vector<std::string_view> never_held() {
    return {"The log holds no Subjects: words and labels that only this policy knows were not looked for, and what was found "
            "counts "
            "however this policy wants it written.",
            "Who counts as the organisation's own, and what was mail of programs, is taken as it was.",
            "Keys are taken as they were then: encryption.minimum was not applied anew, nor what was imported since.",
            "How large mail would be once it is sealed is known of mail that was sealed alone; who gets a copy for the archive "
            "was not "
            "compared.",
            "Mail that was only watched (monitor mode) is told as what the policy said, though it passed."};
}

} // namespace sealgate::policy
