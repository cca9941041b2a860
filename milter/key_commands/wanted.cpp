#include "milter/key_commands/wanted.hpp"

#include "keys/base/clock.hpp"
#include "milter/audit/search.hpp"
#include "milter/cli/audit_lacks.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/cli/table.hpp"
#include "policy/audit/moment.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"
#include "policy/report/numbers.hpp"
#include "policy/report/wanted.hpp"
#include "policy/rules/reason.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iostream>
#include <tuple>
#include <utility>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

constexpr std::string_view usual_time_back = "30d";

struct wanted_person {
    std::string address;
    policy::keyless how;
    policy::wanted_keys::writers by;
    std::optional<bool> has_key = {}; // by now; nothing: the log does not tell whose it is
};

struct counted_wants {
    policy::wanted_keys people{policy::most_keys};
    policy::ways_of_naming ways;
    std::uint64_t damaged = 0; // records
};

policy::query about_keys(wall_time since) {
    policy::query out{.since = since};
    for (const auto& [why, word] : names(policy::reason{}))
        if (is_about_a_key(why)) out.reasons.emplace_back(word);
    return out;
}

counted_wants wants_since(const key_desk& desk, wall_time since) {
    const address_resolver named(desk.gateway);
    audit_search log(desk.gateway.audit_directory(), about_keys(since), named);
    counted_wants out;
    for (found_record one; log.next(one);) {
        if (!one.record || one.record->contains("event")) continue;
        const auto sender = std::string(policy::text_in(*one.record, "sender").value_or(""));
        const auto time = parse_rfc3339(policy::text_in(*one.record, "time").value_or(""));
        for (const auto* recipient : policy::recipients_in(*one.record)) {
            if (!time || !out.people.add(*recipient, sender, *time)) continue;
            out.ways.see(text::lower(policy::text_in(*recipient, "address").value_or("")), log.key_in_use());
            if (!sender.empty()) out.ways.see(text::lower(sender), log.key_in_use());
        }
    }
    out.damaged = log.damaged();
    return out;
}

std::vector<wanted_person> in_order(const policy::wanted_keys& counted, const keys::key_lookup& certificates) {
    std::vector<wanted_person> out;
    for (const auto& [address, how] : counted.people().values()) {
        wanted_person one{.address = address, .how = how, .by = counted.writers_to(address)};
        if (!policy::is_pseudonym(address))
            one.has_key =
                certificates.find(policy::parse_address(address).key(), keys::this_second()).state == policy::key_state::usable;
        out.push_back(std::move(one));
    }
    std::ranges::stable_sort(out, std::greater{}, [](const auto& one) { return std::tuple(one.how.mails, one.how.last); });
    return out;
}

json::object wanted_as_json(const wanted_person& one) {
    return {{"address", one.address},        {"messages", one.how.mails},
            {"reason", one.how.reason},      {"tier", one.how.tier},
            {"last", rfc3339(one.how.last)}, {"senders", json::array(one.by.first.begin(), one.by.first.end())},
            {"more_senders", one.by.more},   {"has_key", one.has_key ? json::value(*one.has_key) : json::value(nullptr)}};
}

void print_wanted(const std::vector<wanted_person>& people) {
    std::vector<std::vector<std::string>> rows{{"ADDRESS", "MAILS", "REASON", "LAST (UTC)", "SENDERS"}};
    for (const auto& one : people)
        if (!one.has_key.value_or(false))
            rows.push_back({text::printable(one.address), std::to_string(one.how.mails), one.how.reason,
                            rfc3339(one.how.last).substr(0, 16) + "Z", text::printable(one.by.in_words())});
    if (rows.size() > 1) print_table(std::cout, rows);
    const auto others = people.size() + 1 - rows.size();
    if (others > 0)
        std::cout << others << (rows.size() > 1 ? " more" : "") << (others == 1 ? " has" : " have") << " a key by now\n";
}

} // namespace

policy::wanted_keys wanted_lately(const key_desk& desk) {
    return wants_since(desk, policy::to_moment(usual_time_back, std::chrono::system_clock::now()).value()).people;
}

int list_wanted(const key_desk& desk, const invocation& called) {
    const auto given = called.values("--since");
    const auto since =
        policy::to_moment(given.empty() ? usual_time_back : std::string_view(given.back()), std::chrono::system_clock::now());
    if (!since) return complain("--since: " + since.error()), exit_unusable;
    const auto counted = wants_since(desk, *since);
    const auto people = in_order(counted.people, *desk.open(keys::reading::at_once).certificates);
    if (called.json())
        for (const auto& one : people) print_json_line(wanted_as_json(one));
    else
        print_wanted(people);
    tell_ways_of_naming(counted.ways.number());
    tell_damaged(counted.damaged);
    return exit_yes;
}

} // namespace sealgate::milter
