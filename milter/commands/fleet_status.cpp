#include "milter/commands/fleet_status.hpp"

#include "milter/cli/configured.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/cli/table.hpp"
#include "milter/fleet/standings.hpp"
#include "milter/sinks/sinks.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

constexpr std::size_t digits_shown = 19; // "sha256:" and twelve of them

// The database of --from, else the first of audit.sinks; nothing after a complaint.
std::optional<database_url> database_of(const invocation& called) {
    if (called.has("--from")) {
        auto named = parse_database(called.value("--from"));
        if (!named) return complain("--from: " + named.error()), std::nullopt;
        return *std::move(named);
    }
    const auto gateway = configured(called);
    if (!gateway) return std::nullopt;
    if (const auto* database = first_database(gateway->audit)) return *database;
    return complain("audit.sinks names no database in which the gateways' logs meet; --from postgresql://… names one"),
           std::nullopt;
}

std::string state_of(const gateway_standing& one) {
    if (one.records == 0) return "never seen";
    return one.is_stopped ? "stopped" : "started";
}

void print(const std::vector<gateway_standing>& all, const std::vector<std::string>& wrong) {
    std::vector<std::vector<std::string>> rows{
        {"GATEWAY", "STATE", "MODE", "VERSION", "POLICY", "KEYS", "OF STORE", "RECORDS", "SIGNED", "LAST CAME"}};
    const auto digest = [](const std::string& whole) { return text::printable(whole.substr(0, digits_shown)); };
    for (const auto& one : all)
        rows.push_back({text::printable(one.name), state_of(one), text::printable(one.mode), text::printable(one.version),
                        digest(one.policy), text::printable(one.certificates), digest(one.keys), std::to_string(one.records),
                        std::to_string(one.signed_records), text::printable(one.arrived)});
    print_table(std::cout, rows);
    if (!wrong.empty()) std::cout << "\nnot the same everywhere\n";
    for (const auto& one : wrong) std::cout << "  " << one << '\n';
}

void print_json(const std::vector<gateway_standing>& all, const std::vector<std::string>& wrong) {
    json::array gateways;
    const auto said = [](const std::string& text) { return text.empty() ? json::value() : json::value(text); };
    for (const auto& one : all)
        gateways.push_back(
            {{"gateway", one.name},
             {"state", state_of(one)},
             {"mode", said(one.mode)},
             {"version", said(one.version)},
             {"policy", said(one.policy)},
             {"certificates", {{"count", text::whole_number(one.certificates).value_or(0)}, {"digest", said(one.keys)}}},
             {"records", one.records},
             {"signed", one.signed_records},
             {"arrived", said(one.arrived)}});
    print_json_line({{"gateways", std::move(gateways)}, {"problems", json::array(wrong.begin(), wrong.end())}});
}

} // namespace

int show_fleet(const invocation& called) {
    const auto database = database_of(called);
    if (!database) return exit_unusable;
    const auto all = standings_in(*database);
    const auto wrong = differences(all);
    called.json() ? print_json(all, wrong) : print(all, wrong);
    return wrong.empty() ? exit_yes : exit_no;
}

} // namespace sealgate::milter
