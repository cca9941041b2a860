// The report's numbers for programs: the names of the log, lists as long as the page's tables, "more" for what they leave out.
#include "policy/base/rfc3339.hpp"
#include "policy/report/page.hpp"
#include "policy/report/ranking.hpp"
#include "policy/report/simulation_view.hpp"
#include "policy/report/time_axis.hpp"

#include <boost/json.hpp>

namespace sealgate::policy {

namespace {

namespace json = boost::json;

json::value time_or_null(std::optional<wall_time> time) { return time ? json::value(rfc3339(*time)) : json::value(nullptr); }
json::value text_or_null(const std::string& text) { return text.empty() ? json::value(nullptr) : json::value(text); }

json::object as_json(const counts_of_mail& counts, mode how) {
    json::object out;
    for (const auto& one : names(outcome{}))
        out[one.name] = sum(counts, [&](const kind_of_mail& mail) { return mail.how == how && mail.what == one.value; });
    return out;
}

json::object as_json(const counts_by_outcome& counts) {
    json::object out;
    for (const auto& one : names(outcome{})) out[one.name] = counts[static_cast<std::size_t>(one.value)];
    return out;
}

json::object as_json(const effects& of) {
    return {{"warned", of.warned}, {"refused", of.refused}, {"held", of.held}, {"watched", of.watched}};
}

// {"rows": [...], "more": keys that are not shown, "left_out": counts without a key}
template <class Key, class Value>
json::object listed(const ranking<Key, Value>& of, const auto& row) {
    json::array rows;
    for (const auto& one : of.entries) rows.push_back(row(one));
    return {{"rows", std::move(rows)}, {"more", of.more}, {"left_out", of.left_out}};
}

json::object merged(json::object to, const json::object& more) {
    for (const auto& [key, value] : more) to[key] = value;
    return to;
}

json::object proof_as_json(const proof_status& of) {
    json::array remarks;
    for (const auto& one : of.remarks) remarks.push_back(json::value(one));
    return {{"whole", of.is_whole()},
            {"records", of.records},
            {"last_record", of.last_record},
            {"flaw", text_or_null(of.flaw)},
            {"signed_to", of.signed_to},
            {"signed_at", time_or_null(of.signed_at)},
            {"kept", of.is_kept},
            {"remarks", std::move(remarks)}};
}

json::array classifications_as_json(const numbers& of) {
    std::map<std::string, counts_of_mail> by_name;
    for (const auto& [mail, number] : of.totals) by_name[mail.classification][mail] = number;
    json::array out;
    for (const auto& [name, counts] : by_name)
        out.push_back(json::object{{"classification", text_or_null(name)},
                                   {"outcomes", as_json(counts, mode::enforce)},
                                   {"watched", as_json(counts, mode::monitor)}});
    return out;
}

json::object time_line_as_json(const report_input& of) {
    const auto span = period_of(of);
    const auto axis = axis_of(span.from, span.to);
    std::vector<counts_of_mail> columns(axis.slots.size());
    for (const auto& [when, counts] : of.counted.by_hour.values())
        if (const auto at = axis.position_of(when))
            for (const auto& [mail, number] : counts) columns[static_cast<std::size_t>(*at)][mail] += number;
    json::array slots;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        json::object classes;
        for (const auto& [mail, number] : columns[i]) {
            auto& sum_of = classes[mail.classification.empty() ? "-" : mail.classification];
            sum_of = number + (sum_of.is_uint64() ? sum_of.as_uint64() : 0);
        }
        slots.push_back(json::object{{"begin", rfc3339(axis.slots[i].begin)},
                                     {"outcomes", as_json(columns[i], mode::enforce)},
                                     {"watched", as_json(columns[i], mode::monitor)},
                                     {"classifications", std::move(classes)}});
    }
    return {{"step", name_of(axis.step)}, {"slots", std::move(slots)}};
}

json::object refusals_as_json(const numbers& of) {
    const auto reasons = ranked(of.reasons, [](const effects& one) { return one.refused + one.held; });
    const auto failures = ranked(of.failures, [](std::uint64_t number) { return number; });
    return {{"reasons",
             listed(reasons,
                    [](const auto& one) {
                        return json::object{{"reason", one.key}, {"refused", one.value.refused}, {"held", one.value.held}};
                    })},
            {"failures", listed(failures, [](const auto& one) {
                 return json::object{{"failure", one.key}, {"messages", one.value}};
             })}};
}

json::object domains_as_json(const numbers& of) {
    const auto domains = ranked(of.domains, [](const effects& one) { return one.all(); });
    return listed(domains, [](const auto& one) {
        return merged({{"domain", one.key.first}, {"tier", one.key.second}}, as_json(one.value));
    });
}

json::object senders_as_json(const numbers& of) {
    const auto all = [](const counts_by_outcome& counts) { return sum(counts); };
    return listed(ranked(of.senders, all), [](const auto& one) {
        return json::object{{"sender", one.key}, {"outcomes", as_json(one.value)}};
    });
}

json::object insecure_senders_as_json(const numbers& of) {
    return listed(ranked(of.insecure_senders, [](const effects& one) { return one.all(); }), [](const auto& one) {
        return merged({{"sender", one.key.first}, {"domain", one.key.second}}, as_json(one.value));
    });
}

json::object missing_keys_as_json(const numbers& of) {
    const auto people = ranked(of.wanted.people(), [](const keyless& one) { return one.mails; });
    return listed(people, [&](const auto& one) {
        const auto [first, more] = of.wanted.writers_to(one.key);
        return json::object{{"address", one.key},
                            {"tier", one.value.tier},
                            {"reason", one.value.reason},
                            {"messages", one.value.mails},
                            {"senders", json::array(first.begin(), first.end())},
                            {"more_senders", more},
                            {"last", rfc3339(one.value.last)}};
    });
}

// All of them.
json::object ending_keys_as_json(const ending_keys& of, wall_time now) {
    json::array rows;
    for (const auto& one : of.certificates)
        rows.push_back(json::object{{"fingerprint", one.fingerprint},
                                    {"addresses", json::array(one.addresses.begin(), one.addresses.end())},
                                    {"source", name_of(one.source)},
                                    {"end", rfc3339(one.end)},
                                    {"ended", one.end <= now},
                                    {"always_to", one.of_organisation}});
    return {{"days", of.ahead.count()}, {"rows", std::move(rows)}, {"problem", text_or_null(of.problem)}};
}

json::object near_misses_as_json(const numbers& of) {
    const auto misses = ranked(of.suggestions, [](const near_miss_count& one) { return one.all(); });
    auto out = listed(misses, [](const auto& one) {
        return json::object{{"suggestion", text_or_null(one.key.first)},
                            {"carrier", one.key.second},
                            {"refused", one.value.refused},
                            {"held", one.value.held},
                            {"passed", one.value.passed},
                            {"watched", one.value.watched}};
    });
    out["messages"] = of.near_misses;
    return out;
}

json::object changes_as_json(const report_input& in) {
    constexpr std::size_t most_lines = 1000;
    const auto& of = in.counted;
    json::object kinds;
    for (const auto& [kind, count] : of.changes_by_kind) kinds[name_of(kind)] = count;
    json::array list;
    for (const auto& one : of.changes) {
        json::object told{{"time", rfc3339(one.when)}, {"kind", name_of(one.kind)}, {"change", one.what}};
        if (one.kind == change_kind::policy) {
            const auto lines = policy_lines(in, one, most_lines);
            told["policy_before"] = one.policy_before;
            told["policy"] = one.policy_now;
            told["lines"] = json::array(lines.begin(), lines.end());
        }
        list.push_back(std::move(told));
    }
    return {{"kinds", std::move(kinds)}, {"changes", std::move(list)}};
}

json::object watched_as_json(const numbers& of) {
    const auto weight = [](const counts_by_outcome& counts) {
        std::uint64_t out = 0;
        for (const auto what : {outcome::warn, outcome::seal, outcome::hold, outcome::reject})
            out += counts[static_cast<std::size_t>(what)];
        return out;
    };
    return {{"senders", listed(ranked(of.watched_senders, weight),
                               [](const auto& one) {
                                   return json::object{{"sender", one.key}, {"outcomes", as_json(one.value)}};
                               })},
            {"rules", listed(ranked(of.watched_rules, weight),
                             [](const auto& one) {
                                 return json::object{{"classification", text_or_null(one.key.classification)},
                                                     {"tier", one.key.tier},
                                                     {"action", one.key.action},
                                                     {"reason", one.key.reason},
                                                     {"results", as_json(one.value)}};
                             })},
            {"domains", listed(ranked(of.watched_domains, weight), [](const auto& one) {
                 return json::object{{"domain", one.key}, {"results", as_json(one.value)}};
             })}};
}

} // namespace

std::string report_json(const report_input& of) {
    const auto span = period_of(of);
    json::object out{{"from", rfc3339(span.from)}, {"to", rfc3339(span.to)}, {"now", rfc3339(of.now)}, {"log", of.log}};
    out["host"] = text_or_null(of.host);
    out["organisation"] = text_or_null(of.organisation);
    out["proof"] = proof_as_json(of.proof);
    json::array gateways;
    for (const auto& [gateway, proof] : of.gateways) {
        auto one = proof_as_json(proof);
        one["gateway"] = gateway;
        gateways.push_back(std::move(one));
    }
    out["gateways"] = std::move(gateways);
    out["unreadable"] = of.counted.unreadable;
    out["messages"] = sum(of.counted.totals, [](const kind_of_mail&) { return true; });
    out["recipients"] = of.counted.recipients;
    out["outcomes"] = as_json(of.counted.totals, mode::enforce);
    out["watched"] = as_json(of.counted.totals, mode::monitor);
    out["classifications"] = classifications_as_json(of.counted);
    out["time_line"] = time_line_as_json(of);
    out["refusals"] = refusals_as_json(of.counted);
    out["senders"] = senders_as_json(of.counted);
    out["insecure_domains"] = domains_as_json(of.counted);
    out["insecure_senders"] = insecure_senders_as_json(of.counted);
    out["ways_of_naming"] = of.counted.ways.number();
    out["missing_keys"] = missing_keys_as_json(of.counted);
    out["ending_keys"] = ending_keys_as_json(of.ending, of.now);
    out["near_misses"] = near_misses_as_json(of.counted);
    out["gateway"] = changes_as_json(of);
    out["monitor"] = watched_as_json(of.counted);
    if (of.another_policy) out["another_policy"] = simulation_json(*of.another_policy);
    return json::serialize(out);
}

} // namespace sealgate::policy
