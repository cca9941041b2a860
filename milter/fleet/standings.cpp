#include "milter/fleet/standings.hpp"

#include "milter/fleet/fleet_log.hpp"
#include "milter/sinks/connection.hpp"
#include "policy/base/text.hpp"

#include <map>

namespace sealgate::milter {

namespace {

using what = std::string gateway_standing::*;

// "mode: mx1 has enforce, mx2 and mx3 have monitor"; empty: it is the same everywhere.
std::string difference(const std::vector<gateway_standing>& all, const std::string& called, what of) {
    std::map<std::string, std::vector<std::string>> who;
    for (const auto& one : all)
        if (!one.is_stopped && !one.policy.empty()) who[one.*of].push_back(one.name);
    if (who.size() < 2) return {};
    std::vector<std::string> each;
    for (const auto& [value, names] : who)
        each.push_back(text::printable(text::join(names, " and ")) + (names.size() > 1 ? " have " : " has ") +
                       (value.empty() ? "none" : text::printable(value)));
    return called + ": " + text::join(each, ", ");
}

} // namespace

std::vector<gateway_standing> standings_in(const database_url& database) {
    database_connection from(database.url, -1, fleet_patience, database_use::by_reader);
    std::vector<gateway_standing> out;
    from.begin(
        "SELECT gateway, state, version, mode, policy, certificates, keys, seq::text, signed::text, "
        "to_char(arrived AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM sealgate.standings() ORDER BY gateway");
    while (const auto found = from.next_row()) {
        const auto& row = *found;
        const auto cell = [&](std::size_t at) { return row.at(at).value_or(""); };
        out.push_back({.name = cell(0),
                       .is_stopped = cell(1) == "stop",
                       .version = cell(2),
                       .mode = cell(3),
                       .policy = cell(4),
                       .certificates = cell(5),
                       .keys = cell(6),
                       .records = number_in(row.at(7)),
                       .signed_records = number_in(row.at(8)),
                       .arrived = cell(9)});
    }
    return out;
}

std::vector<std::string> differences(const std::vector<gateway_standing>& all) {
    std::vector<std::string> out;
    for (const auto& [called, of] :
         {std::pair("policy", &gateway_standing::policy), std::pair("keys", &gateway_standing::keys),
          std::pair("mode", &gateway_standing::mode), std::pair("version", &gateway_standing::version)})
        if (auto one = difference(all, called, of); !one.empty()) out.push_back(std::move(one));
    for (const auto& one : all)
        if (one.records == 0)
            out.push_back(text::printable(one.name) + " has brought no record yet");
        else if (one.policy.empty())
            out.push_back(text::printable(one.name) + ": what it has in force stands in records that are not here any more");
    return out;
}

} // namespace sealgate::milter
