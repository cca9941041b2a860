#include "milter/audit_commands/stats.hpp"

#include "milter/audit_commands/nothing_found.hpp"
#include "milter/audit_commands/question.hpp"
#include "milter/cli/audit_lacks.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/cli/table.hpp"
#include "policy/base/spelling.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <utility>

namespace sealgate::milter {

namespace {

namespace json = boost::json;
using policy::grouping;
using table_row = std::vector<std::string>;

struct counts {
    std::map<std::string, std::uint64_t> by_value;
    std::uint64_t total = 0;
    std::size_t ways_of_naming = 0; // where people are counted
};

counts count(audit_search& log, grouping by, const policy::query& asked) {
    counts out;
    policy::ways_of_naming ways;
    const bool counts_people = by == grouping::sender || by == grouping::recipient;
    for (found_record one; log.next(one);) {
        if (!one.record || one.record->contains("event")) continue;
        for (auto& value : policy::counted_values(*one.record, by, asked)) {
            if (counts_people) ways.see(value, log.key_in_use());
            ++out.by_value[std::move(value)];
            ++out.total;
        }
    }
    out.ways_of_naming = ways.number();
    return out;
}

std::string upper(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    return text;
}

// Times in their order, all else by how often.
std::vector<std::pair<std::string, std::uint64_t>> in_order(const counts& counted, grouping by) {
    std::vector<std::pair<std::string, std::uint64_t>> out(counted.by_value.begin(), counted.by_value.end());
    if (by != grouping::day && by != grouping::hour)
        std::ranges::stable_sort(out, std::greater{}, &std::pair<std::string, std::uint64_t>::second);
    return out;
}

void print(const invocation& called, const counts& counted, grouping by) {
    const std::string name(policy::grouping_names()[static_cast<std::size_t>(by)]);
    const std::string what = policy::is_of_recipients(by) ? "recipients" : "messages";
    const bool csv = called.has("--csv");
    std::vector<table_row> rows;
    rows.push_back(csv ? table_row{name, what, "percent"} : table_row{upper(name), upper(what), "PERCENT"});
    for (const auto& [value, number] : in_order(counted, by)) {
        const auto share = 100.0 * static_cast<double>(number) / static_cast<double>(counted.total);
        if (called.json())
            print_json_line(json::object{{name, value}, {what, number}});
        else
            rows.push_back({text::printable(value), std::to_string(number), fmt::format("{:.1f}", share)});
    }
    if (called.json()) return;
    csv ? print_csv(std::cout, rows) : print_table(std::cout, rows);
}

} // namespace

int show_counts(const invocation& called, const config& gateway) {
    const address_resolver named(gateway);
    const auto names = called.values("--by");
    const auto by = policy::to_grouping(names.empty() ? "outcome" : names.back());
    if (!by) {
        const std::vector<std::string> all(policy::grouping_names().begin(), policy::grouping_names().end());
        complain("--by: \"" + text::printable(names.back()) + "\" is none of: " + text::join(all, ", ") +
                 did_you_mean(names.back(), all));
        return exit_unusable;
    }
    const auto asked = question_in(called, gateway, named);
    if (!asked) return exit_unusable;
    audit_search log(gateway.audit_directory(), *asked, named);
    const auto counted = count(log, *by, *asked);
    print(called, counted, *by);
    tell_ways_of_naming(counted.ways_of_naming);
    const auto status = conclude(log, *asked, gateway, counted.total > 0, names_people(*asked));
    if (status == exit_no) tell_what_is_not_there(*asked, gateway, named);
    return status;
}

} // namespace sealgate::milter
