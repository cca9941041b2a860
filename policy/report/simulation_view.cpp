#include "policy/report/simulation_view.hpp"

#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"
#include "policy/report/table.hpp"
#include "policy/report/words.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace sealgate::policy {

namespace {

boost::json::array ids_as_json(const sample& of) { return boost::json::array(of.ids.begin(), of.ids.end()); }

boost::json::object directions_as_json(const char* whom, const bounded<std::string, direction>& of) {
    const auto ranking = ranked_directions(of);
    boost::json::array rows;
    for (const auto& one : ranking.entries)
        rows.push_back(boost::json::object{{whom, one.key}, {"stricter", one.value.stricter}, {"milder", one.value.milder}});
    return {{"rows", std::move(rows)}, {"more", ranking.more}, {"left_out", ranking.left_out}};
}

boost::json::object rules_as_json(const simulated& of) {
    const auto ranking = ranked_rules(of);
    boost::json::array rows;
    for (const auto& one : ranking.entries)
        rows.push_back(boost::json::object{{"classification", one.key.classification},
                                           {"tier", one.key.tier},
                                           {"was", name_of(one.key.was)},
                                           {"would_be", name_of(one.key.would_be)},
                                           {"reason", name_of(one.key.why)},
                                           {"recipients", one.weight},
                                           {"examples", ids_as_json(one.value)}});
    return {{"rows", std::move(rows)}, {"more", ranking.more}, {"left_out", ranking.left_out}};
}

data_table directions_table(std::string id, std::string caption, std::string whom, std::string_view many,
                            const bounded<std::string, direction>& of) {
    const auto ranking = ranked_directions(of);
    data_table out{.id = std::move(id),
                   .caption = std::move(caption),
                   .heads = {std::move(whom), "stricter", "milder"},
                   .rows = {},
                   .note = rest_note(ranking.more, ranking.left_out, many)};
    for (const auto& one : ranking.entries)
        out.rows.push_back({outside(readable(one.key)), number(one.value.stricter), number(one.value.milder)});
    return out;
}

void draw_outcome_changes(html::writer& to, const simulated& of) {
    data_table table{.id = "simulated-outcomes",
                     .caption = "Mails whose outcome would be another one",
                     .heads = {"was", "would be", "mails", "for example"},
                     .rows = {},
                     .note = {}};
    for (const auto& [change, found] : of.outcomes)
        table.rows.push_back({words(std::string(done(change.was))), words(std::string(done(change.would_be))),
                              number(found.number), code(text::join(found.ids, ", "))});
    draw(to, table);
}

void draw_rule_changes(html::writer& to, const simulated& of) {
    const auto ranking = ranked_rules(of);
    data_table table{.id = "simulated-rules",
                     .caption = "Recipients whose result would be another one, by rule of that policy",
                     .heads = {"classification", "tier", "was", "would be", "reason", "recipients", "for example"},
                     .rows = {},
                     .note = rest_note(ranking.more, ranking.left_out, "rules")};
    for (const auto& one : ranking.entries)
        table.rows.push_back({outside(classification_text(one.key.classification)), outside(one.key.tier),
                              words(std::string(done(one.key.was))), words(std::string(done(one.key.would_be))),
                              code(std::string(name_of(one.key.why))), number(one.weight),
                              code(text::join(one.value.ids, ", "))});
    draw(to, table);
}

void draw_gaps(html::writer& to, const simulated& of) {
    to.raw("<h3>What the log does not hold</h3>\n<ul>\n");
    for (const auto& [what, found] : of.gaps)
        to.raw("<li>").text(counted(found.number, "decision", "decisions")).raw(" ").text(said(what)).raw(".</li>\n");
    for (const auto& [tag, number] : of.unknown_tags.values())
        to.raw("<li>That policy has no tag ").isolated(tag).raw(" (").text(counted(number, "time", "times")).raw(").</li>\n");
    for (const auto sentence : never_held()) to.raw("<li>").text(sentence).raw("</li>\n");
    to.raw("</ul>\n");
}

} // namespace

ranking<rule_change, sample> ranked_rules(const simulated& of) {
    return ranked(of.rules, [](const sample& one) { return one.number; });
}

ranking<std::string, direction> ranked_directions(const bounded<std::string, direction>& of) {
    return ranked(of, [](const direction& one) { return one.all(); });
}

boost::json::object simulation_json(const simulated& of) {
    const auto time_or_null = [](const std::optional<wall_time>& time) {
        return time ? boost::json::value(rfc3339(*time)) : boost::json::value(nullptr);
    };
    boost::json::array outcomes, not_held;
    for (const auto& [change, found] : of.outcomes)
        outcomes.push_back(boost::json::object{{"was", name_of(change.was)},
                                               {"would_be", name_of(change.would_be)},
                                               {"messages", found.number},
                                               {"examples", ids_as_json(found)}});
    for (const auto& [what, found] : of.gaps)
        not_held.push_back(boost::json::object{
            {"what", name_of(what)}, {"decisions", found.number}, {"examples", ids_as_json(found)}, {"means", said(what)}});
    boost::json::object tags;
    for (const auto& [tag, number] : of.unknown_tags.values()) tags[tag] = number;
    return {{"policy", of.digest},
            {"from", time_or_null(of.first)},
            {"to", time_or_null(of.last)},
            {"decisions", of.decisions},
            {"alike", of.alike},
            {"differ", of.differ()},
            {"stricter", of.differing.stricter},
            {"milder", of.differing.milder},
            {"outcomes", std::move(outcomes)},
            {"rules", rules_as_json(of)},
            {"senders", directions_as_json("sender", of.senders)},
            {"domains", directions_as_json("domain", of.domains)},
            {"not_held", std::move(not_held)},
            {"unknown_tags", std::move(tags)}};
}

void draw_simulation(html::writer& to, const simulated& of) {
    to.raw("<p>The policy <code>")
        .text(of.digest)
        .raw("</code> was asked about the mail of this time, by what the log holds of it. Of ")
        .text(counted(of.decisions, "decision", "decisions"))
        .raw(" ")
        .text(counted(of.differ(), "would differ", "would differ"))
        .raw(": ")
        .count(of.differing.stricter)
        .raw(" stricter, ")
        .count(of.differing.milder)
        .raw(" milder. Nothing of it happened.</p>\n");
    draw_outcome_changes(to, of);
    draw_rule_changes(to, of);
    draw(to, directions_table("simulated-senders", "The same mails, by sender", "sender", "senders", of.senders));
    draw(to, directions_table("simulated-domains", "The same recipients, by domain", "domain", "domains", of.domains));
    draw_gaps(to, of);
}

} // namespace sealgate::policy
