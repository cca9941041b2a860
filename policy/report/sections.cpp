#include "policy/report/sections.hpp"

#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"
#include "policy/report/ranking.hpp"
#include "policy/report/table.hpp"
#include "policy/report/time_axis.hpp"
#include "policy/report/words.hpp"

#include <algorithm>
#include <initializer_list>
#include <span>

namespace sealgate::policy {

namespace {

using html::writer;

// An empty list is an answer too.
void draw_or_say(writer& to, const data_table& table, html::markup none) {
    if (table.rows.empty()) to.raw("<p>").raw(none).raw("</p>\n");
    draw(to, table);
}

std::uint64_t heaviest(const auto& ranking) { return ranking.entries.empty() ? 0 : ranking.entries.front().weight; }

std::uint64_t at(const counts_by_outcome& counts, outcome what) { return counts[static_cast<std::size_t>(what)]; }

data_cell effects_bar(const effects& of, std::uint64_t whole) {
    return bar({{of.warned, series_look::warn},
                {of.refused, series_look::reject},
                {of.held, series_look::hold},
                {of.watched, series_look::watched}},
               whole);
}

data_cell time_cell(wall_time when) { return {.kind = cell_kind::time, .text = sortable_text(when)}; }

// Messages under the policy, not only watched.
std::uint64_t enforced(const numbers& of) {
    return sum(of.totals, [](const kind_of_mail& mail) { return mail.how == mode::enforce; });
}

void draw_deferrals(writer& to, const numbers& of) {
    const auto failures = ranked(of.failures, [](std::uint64_t number) { return number; });
    data_table table{.id = "failures",
                     .caption = "Mail deferred, by failure",
                     .heads = {"failure", "what it means", "mails"},
                     .rows = {},
                     .note = rest_note(failures.more, failures.left_out, "failures")};
    for (const auto& one : failures.entries)
        table.rows.push_back({code(one.key), words(std::string(meaning(one.key))), number(one.weight)});
    draw(to, table);
}

void draw_tiers(writer& to, const numbers& of) {
    bounded<std::string, effects> tiers(most_keys);
    for (const auto& [key, value] : of.domains.values()) {
        auto& sum_of = *tiers.at(key.second);
        sum_of.warned += value.warned, sum_of.refused += value.refused, sum_of.held += value.held,
            sum_of.watched += value.watched;
    }
    const auto by_tier = ranked(tiers, [](const effects& one) { return one.all(); });
    data_table table{.id = "tiers",
                     .caption = "Recipients warned about, refused or held, by tier of their mail service",
                     .heads = {"tier", "sent with a warning", "refused", "held", "only watched", "all", ""},
                     .rows = {},
                     .note = {}};
    for (const auto& one : by_tier.entries)
        table.rows.push_back({outside(one.key), number(one.value.warned), number(one.value.refused), number(one.value.held),
                              number(one.value.watched), number(one.weight), effects_bar(one.value, heaviest(by_tier))});
    draw(to, table);
}

// Above tables of people.
void draw_ways_of_naming(writer& to, const numbers& of) {
    const auto ways = of.ways.number();
    if (ways > 1)
        to.raw("<p>Addresses stand here under ")
            .count(ways)
            .raw(" keys or forms (<code>audit.addresses</code>); one person may be counted more than once.</p>\n");
}

// A row for each that was counted, `heads` and then `columns` above them.
data_table ranked_table(const auto& ranking, std::vector<std::string> heads, std::initializer_list<const char*> columns,
                        std::string_view many, const auto& row_of) {
    data_table out{.id = {},
                   .caption = {},
                   .heads = std::move(heads),
                   .rows = {},
                   .note = rest_note(ranking.more, ranking.left_out, many)};
    out.heads.insert(out.heads.end(), columns.begin(), columns.end());
    for (const auto& one : ranking.entries) out.rows.push_back(row_of(one));
    return out;
}

// What was done to recipients, below heads of whose they are.
template <class Key>
data_table effects_table(const bounded<Key, effects>& in, std::vector<std::string> heads, std::string_view many,
                         const auto& begin_row) {
    const auto ranking = ranked(in, [](const effects& one) { return one.all(); });
    const auto row_of = [&](const auto& one) {
        auto row = begin_row(one.key);
        for (const auto count : {one.value.warned, one.value.refused, one.value.held, one.value.watched})
            row.push_back(number(count));
        row.push_back(effects_bar(one.value, heaviest(ranking)));
        return row;
    };
    return ranked_table(ranking, std::move(heads), {"sent with a warning", "refused", "held", "only watched", ""}, many,
                        row_of);
}

// Rows of what would have become of messages or recipients.
template <class Key>
data_table watched_table(const bounded<Key, counts_by_outcome>& in, std::vector<std::string> heads, std::string_view many,
                         const auto& begin_row) {
    const auto would_be_touched = [](const counts_by_outcome& counts) {
        return sum(counts) - at(counts, outcome::deliver) - at(counts, outcome::defer);
    };
    const auto ranking = ranked(in, would_be_touched);
    const auto row_of = [&](const auto& one) {
        auto row = begin_row(one.key);
        std::vector<std::pair<std::uint64_t, series_look>> parts;
        for (const auto what : {outcome::reject, outcome::hold, outcome::seal, outcome::warn}) {
            row.push_back(number(at(one.value, what)));
            parts.emplace_back(at(one.value, what), look_of(what));
        }
        row.push_back(number(at(one.value, outcome::deliver)));
        row.push_back(bar(parts, heaviest(ranking)));
        return row;
    };
    return ranked_table(ranking, std::move(heads), {"refused", "held", "sealed", "warned", "passed", ""}, many, row_of);
}

} // namespace

void draw_outcomes(writer& to, const numbers& of) {
    const auto whole = sum(of.totals, [](const kind_of_mail&) { return true; });
    data_table table{.id = "outcomes",
                     .caption = "What became of each mail",
                     .heads = {"outcome", "mails", "share", ""},
                     .rows = {},
                     .note = {}};
    const auto add = [&](std::string name, series_look drawn, std::uint64_t mails) {
        table.rows.push_back(
            {keyed(std::move(name), drawn), number(mails), percent(mails, whole), bar({{mails, drawn}}, whole)});
    };
    for (const auto& one : names(outcome{}))
        add(std::string(done(one.value)), look_of(one.value),
            sum(of.totals, [&](const kind_of_mail& mail) { return mail.how == mode::enforce && mail.what == one.value; }));
    const auto watched = whole - enforced(of);
    if (watched > 0) add("only watched: passed unchanged, in monitor mode", series_look::watched, watched);
    draw(to, table);
}

void draw_classifications(writer& to, const numbers& of) {
    bounded<std::string, counts_of_mail> by_name(most_classifications + 1);
    for (const auto& [mail, number] : of.totals) (*by_name.at(mail.classification))[mail] += number;
    const auto everything = [](const kind_of_mail&) { return true; };
    const auto sorted = ranked(by_name, [&](const counts_of_mail& counts) { return sum(counts, everything); });
    data_table table{
        .id = "classes", .caption = "Mail by classification and outcome", .heads = {"classification"}, .rows = {}, .note = {}};
    for (const auto& one : names(outcome{})) table.heads.emplace_back(done(one.value));
    table.heads.emplace_back("only watched");
    table.heads.emplace_back("all");
    for (const auto& one : sorted.entries) {
        std::vector<data_cell> row{outside(classification_text(one.key))};
        for (const auto& what : names(outcome{}))
            row.push_back(number(sum(
                one.value, [&](const kind_of_mail& mail) { return mail.how == mode::enforce && mail.what == what.value; })));
        row.push_back(number(sum(one.value, [](const kind_of_mail& mail) { return mail.how == mode::monitor; })));
        row.push_back(number(one.weight));
        table.rows.push_back(std::move(row));
    }
    draw(to, table);
}

void draw_refusals(writer& to, const numbers& of) {
    const auto reasons = ranked(of.reasons, [](const effects& one) { return one.refused + one.held; });
    data_table table{.id = "reasons",
                     .caption = "Recipients refused or held, by reason",
                     .heads = {"reason", "what it means", "refused", "held", ""},
                     .rows = {},
                     .note = rest_note(reasons.more, reasons.left_out, "reasons")};
    for (const auto& one : reasons.entries)
        table.rows.push_back(
            {code(one.key), words(std::string(meaning(one.key))), number(one.value.refused), number(one.value.held),
             bar({{one.value.refused, series_look::reject}, {one.value.held, series_look::hold}}, heaviest(reasons))});
    draw_or_say(to, table, "Nothing was refused or held.");
    draw_deferrals(to, of);
}

void draw_senders(writer& to, const numbers& of) {
    const auto senders = ranked(of.senders, [](const counts_by_outcome& counts) { return sum(counts); });
    data_table table{.id = "senders",
                     .caption = "Mail by sender",
                     .heads = {"sender"},
                     .rows = {},
                     .note = rest_note(senders.more, senders.left_out, "senders")};
    for (const auto& one : names(outcome{})) table.heads.emplace_back(done(one.value));
    table.heads.emplace_back("all");
    for (const auto& one : senders.entries) {
        std::vector<data_cell> row{outside(readable(one.key))};
        for (const auto& what : names(outcome{})) row.push_back(number(at(one.value, what.value)));
        row.push_back(number(one.weight));
        table.rows.push_back(std::move(row));
    }
    if (!table.rows.empty()) draw_ways_of_naming(to, of);
    draw(to, table);
}

void draw_insecure_domains(writer& to, const numbers& of) {
    using pair = std::pair<std::string, std::string>;
    draw_tiers(to, of);
    auto domains = effects_table(of.domains, {"domain", "tier"}, "domains", [](const pair& one) {
        return std::vector<data_cell>{outside(readable(one.first)), outside(one.second)};
    });
    domains.id = "domains", domains.caption = "Recipients warned about, refused or held, by domain";
    draw_or_say(to, domains, "No mail was warned about or refused for where it went.");
    auto senders = effects_table(of.insecure_senders, {"sender", "domain"}, "pairs of sender and domain", [](const pair& one) {
        return std::vector<data_cell>{outside(one.first), outside(readable(one.second))};
    });
    senders.id = "insecure-senders", senders.caption = "The same recipients, by who wrote to them";
    draw(to, senders);
}

void draw_missing_keys(writer& to, const numbers& of) {
    const auto people = ranked(of.wanted.people(), [](const keyless& one) { return one.mails; });
    data_table table{.id = "keyless",
                     .caption = "People to whom mail had to be encrypted, and could not be",
                     .heads = {"address", "tier", "why", "mails", "from", "last (UTC)"},
                     .rows = {},
                     .note = rest_note(people.more, people.left_out, "addresses")};
    for (const auto& one : people.entries)
        table.rows.push_back({outside(readable(one.key)), outside(one.value.tier), code(one.value.reason), number(one.weight),
                              outside(of.wanted.writers_to(one.key).in_words()), time_cell(one.value.last)});
    if (!table.rows.empty()) draw_ways_of_naming(to, of);
    draw_or_say(to, table, "Nobody's key was missing.");
}

void draw_ending_keys(writer& to, const ending_keys& of, wall_time now) {
    if (!of.problem.empty()) {
        to.raw("<p>They are not known: ").text(of.problem).raw(".</p>\n");
        return;
    }
    const auto shown = std::min(of.certificates.size(), most_ranked);
    data_table table{.id = "ending-keys",
                     .caption = "Certificates that end within " + std::to_string(of.ahead.count()) +
                                " days, or ended as lately, and that no other replaces",
                     .heads = {"addresses", "end (UTC)", "state", "source", "fingerprint"},
                     .rows = {},
                     .note = {}};
    if (of.certificates.size() > shown) table.note = "There are " + html::grouped(of.certificates.size() - shown) + " more.";
    for (const auto& one : std::span(of.certificates).first(shown))
        table.rows.push_back({outside(text::join(one.addresses, ", ")), time_cell(one.end),
                              words(std::string(one.end <= now ? "ended" : "ends") +
                                    (one.of_organisation ? "; mail is always encrypted to it, too" : "")),
                              words(std::string(name_of(one.source))), outside(one.fingerprint)});
    draw_or_say(to, table, "There is none.");
}

void draw_near_misses(writer& to, const numbers& of) {
    const auto misses = ranked(of.suggestions, [](const near_miss_count& one) { return one.all(); });
    data_table table{.id = "misses",
                     .caption = "Mail with something nearly like a tag",
                     .heads = {"tag that was meant", "where", "refused", "held", "passed", "only watched"},
                     .rows = {},
                     .note = rest_note(misses.more, misses.left_out, "tags")};
    for (const auto& one : misses.entries)
        table.rows.push_back({outside(one.key.first.empty() ? "(cannot be told)" : one.key.first), words(one.key.second),
                              number(one.value.refused), number(one.value.held), number(one.value.passed),
                              number(one.value.watched)});
    draw_or_say(to, table, "There was none.");
}

void draw_changes(writer& to, const report_input& in) {
    const auto& of = in.counted;
    data_table table{.id = "changes",
                     .caption = "Changes, as the log tells them",
                     .heads = {"time (UTC)", "kind", "change"},
                     .rows = {},
                     .note = {}};
    constexpr std::size_t most_shown = 200, most_lines = 20;
    const auto hidden = of.changes.size() - std::min(of.changes.size(), most_shown);
    for (auto i = hidden; i < of.changes.size(); ++i) {
        const auto& one = of.changes[i];
        auto what = outside(one.what);
        what.lines = policy_lines(in, one, most_lines);
        table.rows.push_back({time_cell(one.when), words(std::string(said(one.kind))), std::move(what)});
    }
    std::uint64_t all = 0;
    for (const auto& [kind, count] : of.changes_by_kind) {
        table.note += (table.note.empty() ? "" : ", ") + std::string(said(kind)) + " " + html::grouped(count);
        all += count;
    }
    if (!table.note.empty()) table.note = "In all: " + table.note + ".";
    if (all > table.rows.size()) table.note += " The last " + std::to_string(table.rows.size()) + " are listed.";
    draw_or_say(to, table, "There was none.");
}

void draw_watched(writer& to, const numbers& of) {
    auto senders = watched_table(of.watched_senders, {"sender"}, "senders",
                                 [](const std::string& who) { return std::vector<data_cell>{outside(who)}; });
    if (!senders.rows.empty()) draw_ways_of_naming(to, of);
    senders.id = "watched-senders", senders.caption = "Only watched: mails by sender";
    draw_or_say(to, senders, "Every sender's mail would have passed as it was.");
    auto rules =
        watched_table(of.watched_rules, {"classification", "tier", "action", "reason"}, "rules", [](const rule_cell& rule) {
            return std::vector<data_cell>{outside(classification_text(rule.classification)), outside(rule.tier),
                                          words(rule.action), code(rule.reason)};
        });
    rules.id = "watched-rules",
    rules.caption = "Only watched: recipients by rule (classification and tier), what the policy says, and why it came to that";
    draw(to, rules);
    auto domains = watched_table(of.watched_domains, {"domain"}, "domains",
                                 [](const std::string& domain) { return std::vector<data_cell>{outside(readable(domain))}; });
    domains.id = "watched-domains", domains.caption = "Only watched: recipients by domain";
    draw(to, domains);
}

} // namespace sealgate::policy
