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

using groupings = std::vector<grouping>;

struct counts {
    std::map<table_row, std::uint64_t> by_values;
    std::uint64_t total = 0;
    std::size_t ways_of_naming = 0; // where people are counted
};

constexpr bool counts_people(grouping by) { return by == grouping::sender || by == grouping::recipient; }

counts count(audit_search& log, const groupings& by, const policy::query& asked) {
    counts out;
    policy::ways_of_naming ways;
    for (found_record one; log.next(one);) {
        if (!one.record || one.record->contains("event")) continue;
        for (auto& values : policy::counted_values(*one.record, by, asked)) {
            for (std::size_t i = 0; i < by.size(); ++i)
                if (counts_people(by[i])) ways.see(values[i], log.key_in_use());
            ++out.by_values[std::move(values)];
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
std::vector<std::pair<table_row, std::uint64_t>> in_order(const counts& counted, const groupings& by) {
    std::vector<std::pair<table_row, std::uint64_t>> out(counted.by_values.begin(), counted.by_values.end());
    if (by.front() != grouping::day && by.front() != grouping::hour)
        std::ranges::stable_sort(out, std::greater{}, &std::pair<table_row, std::uint64_t>::second);
    return out;
}

table_row heading_of(const groupings& by, const std::string& what, bool csv) {
    table_row out;
    for (const auto one : by) out.emplace_back(name_of(one));
    out.push_back(what);
    out.emplace_back("percent");
    if (!csv) std::ranges::transform(out, out.begin(), upper);
    return out;
}

void print_json(const counts& counted, const groupings& by, const std::string& what) {
    for (const auto& [values, number] : in_order(counted, by)) {
        json::object object;
        for (std::size_t i = 0; i < by.size(); ++i) object[name_of(by[i])] = values[i];
        object[what] = number;
        print_json_line(object);
    }
}

void print(const invocation& called, const counts& counted, const groupings& by) {
    const std::string what = std::ranges::any_of(by, policy::is_of_recipients) ? "recipients" : "messages";
    if (called.json()) return print_json(counted, by, what);
    const bool csv = called.has("--csv");
    std::vector<table_row> rows{heading_of(by, what, csv)};
    for (const auto& [values, number] : in_order(counted, by)) {
        auto& row = rows.emplace_back();
        for (const auto& value : values) row.push_back(text::printable(value));
        row.push_back(std::to_string(number));
        row.push_back(fmt::format("{:.1f}", 100.0 * static_cast<double>(number) / static_cast<double>(counted.total)));
    }
    csv ? print_csv(std::cout, rows) : print_table(std::cout, rows);
}

// --by: up to three, separated by commas; nothing after a complaint.
std::optional<groupings> asked_groupings(const invocation& called) {
    const auto given = called.values("--by");
    groupings out;
    const std::string words = given.empty() ? "outcome" : given.back();
    for (const auto& word : text::split(words, ',')) {
        const auto by = policy::named_as<grouping>(text::trim(word));
        if (!by) {
            std::vector<std::string> all;
            for (const auto& one : names(grouping{})) all.emplace_back(one.name);
            complain("--by: \"" + text::printable(word) + "\" is none of: " + text::join(all, ", ") + did_you_mean(word, all));
            return std::nullopt;
        }
        if (std::ranges::find(out, *by) != out.end())
            return complain("--by names " + std::string(word) + " twice"), std::nullopt;
        out.push_back(*by);
    }
    constexpr std::size_t most = 3;
    if (out.size() > most) return complain("--by takes three words at most, such as sender,domain"), std::nullopt;
    return out;
}

} // namespace

int show_counts(const invocation& called, const config& gateway) {
    const address_resolver named(gateway);
    const auto by = asked_groupings(called);
    if (!by) return exit_unusable;
    const auto of = asked_log::of(called, gateway);
    if (!of) return exit_unusable;
    const auto asked = question_in(called, gateway, *of, named);
    if (!asked) return exit_unusable;
    auto log = of->search(*asked, named);
    const auto counted = count(log, *by, *asked);
    print(called, counted, *by);
    tell_ways_of_naming(counted.ways_of_naming);
    const auto status = conclude(log, *asked, gateway, counted.total > 0, names_people(*asked));
    if (status == exit_no) tell_what_is_not_there(*asked, *of, named);
    return status;
}

} // namespace sealgate::milter
