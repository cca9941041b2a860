// sealgate simulate: what another policy would have done with the mail that the log tells of. Nothing is changed.

#include "milter/audit_commands/asked_log.hpp"
#include "milter/audit_commands/question.hpp"
#include "milter/cli/audit_lacks.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/cli/policy_file.hpp"
#include "milter/cli/table.hpp"
#include "milter/commands/list.hpp"
#include "policy/audit/query.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"
#include "policy/report/simulation_view.hpp"
#include "policy/report/time_axis.hpp"
#include "policy/report/words.hpp"

#include <boost/json.hpp>

#include <iostream>
#include <string>
#include <vector>

namespace sealgate::milter {

namespace {

using rows = std::vector<std::vector<std::string>>;

std::string ids_of(const policy::sample& of) {
    return text::join(of.ids, ", ") + (of.number > of.ids.size() && !of.ids.empty() ? ", …" : "");
}

void print_rows(const char* heading, rows table) {
    if (table.size() < 2) return;
    std::cout << '\n' << heading << '\n';
    for (auto& row : table)
        for (auto& cell : row) cell = text::printable(cell);
    print_table(std::cout, table);
}

void print_rest(std::uint64_t more) {
    if (more > 0) std::cout << "and " << more << " more; --json and the report have the same\n";
}

void print_rules(const policy::simulated& of) {
    const auto ranking = policy::ranked_rules(of);
    rows table{{"CLASSIFICATION", "TIER", "WAS", "WOULD BE", "REASON", "RECIPIENTS", "FOR EXAMPLE"}};
    for (const auto& one : ranking.entries)
        table.push_back({policy::classification_text(one.key.classification), one.key.tier, std::string(done(one.key.was)),
                         std::string(done(one.key.would_be)), std::string(name_of(one.key.why)), std::to_string(one.weight),
                         ids_of(one.value)});
    print_rows("Recipients, by rule of this policy:", std::move(table));
    print_rest(ranking.more);
}

void print_directions(const char* heading, const char* whom, const policy::bounded<std::string, policy::direction>& of) {
    const auto ranking = policy::ranked_directions(of);
    rows table{{whom, "STRICTER", "MILDER"}};
    for (const auto& one : ranking.entries)
        table.push_back({policy::readable(one.key), std::to_string(one.value.stricter), std::to_string(one.value.milder)});
    print_rows(heading, std::move(table));
    print_rest(ranking.more);
}

void print_gaps(const policy::simulated& of) {
    std::cout << "\nWhat the log does not hold:\n";
    for (const auto& [what, found] : of.gaps)
        std::cout << "- " << policy::counted(found.number, "decision", "decisions") << " (" << text::printable(ids_of(found))
                  << ") " << said(what) << ".\n";
    std::vector<std::string> tags;
    for (const auto& [tag, number] : of.unknown_tags.values())
        tags.push_back(text::printable(tag) + " (" + std::to_string(number) + ")");
    if (!tags.empty()) std::cout << "- Tags that this policy does not have: " << text::join(tags, ", ") << ".\n";
    for (const auto sentence : policy::never_held()) std::cout << "- " << sentence << '\n';
}

void print(const policy::simulated& of) {
    std::cout << policy::counted(of.decisions, "decision", "decisions");
    if (of.first)
        std::cout << " from " << policy::sortable_text(*of.first) << " to " << policy::sortable_text(*of.last) << " UTC";
    std::cout << ", under policy " << of.digest.substr(0, sizeof "sha256:" - 1 + 12) << ":\n"
              << policy::counted(of.alike, "as it was", "as they were") << ", "
              << policy::counted(of.differ(), "would differ", "would differ") << ": "
              << policy::counted(of.differing.stricter, "stricter", "stricter") << ", "
              << policy::counted(of.differing.milder, "milder", "milder") << ".\n";
    rows table{{"WAS", "WOULD BE", "MAILS", "FOR EXAMPLE"}};
    for (const auto& [change, found] : of.outcomes)
        table.push_back(
            {std::string(done(change.was)), std::string(done(change.would_be)), std::to_string(found.number), ids_of(found)});
    print_rows("Mails:", std::move(table));
    print_rules(of);
    print_directions("Mails, by sender:", "SENDER", of.senders);
    print_directions("Recipients, by domain:", "DOMAIN", of.domains);
    print_gaps(of);
}

} // namespace

int cmd_simulate(const invocation& called) {
    const auto when = period_in(called, std::chrono::system_clock::now());
    const auto file = called.values("--policy");
    if (!when) return exit_unusable;
    if (file.empty()) return complain("--policy says which policy is tried; see sealgate simulate --help"), exit_unusable;
    const auto gateway = configured_to_read(called);
    if (!gateway) return exit_unusable;
    const auto another = policy_in(file.back());
    if (!another) return exit_no;
    const auto of = asked_log::of(called, *gateway);
    if (!of) return exit_unusable;
    policy::simulation simulated(*another, when->since, when->until);
    const auto log = of->lines(when->since, when->until);
    std::uint64_t damaged = 0;
    for (std::string line; log->next(line);)
        if (const auto record = policy::record_in(line))
            simulated.add(*record);
        else
            ++damaged;
    if (called.json())
        print_json_line(policy::simulation_json(simulated.counted()));
    else
        print(simulated.counted());
    tell_damaged(damaged);
    return exit_yes;
}

} // namespace sealgate::milter
