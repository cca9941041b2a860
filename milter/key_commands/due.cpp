#include "milter/key_commands/due.hpp"

#include "keys/base/clock.hpp"
#include "keys/store/due.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/cli/table.hpp"
#include "milter/cli/time_span.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"
#include "policy/base/yaml_values.hpp"

#include <boost/json.hpp>

#include <chrono>
#include <iostream>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

constexpr std::chrono::days usual_time_ahead{30};

json::object due_as_json(const policy::ending_certificate& one, keys::time_point now) {
    const auto& addresses = one.addresses;
    return {{"end", rfc3339(one.end)},
            {"ended", one.end <= now},
            {"fingerprint", one.fingerprint},
            {"source", name_of(one.source)},
            {"addresses", json::array(addresses.begin(), addresses.end())},
            {"always_to", one.of_organisation}};
}

std::vector<std::string> row_of(const policy::ending_certificate& one, keys::time_point now) {
    return {rfc3339(one.end).substr(0, 16) + "Z", one.end <= now ? "ended" : "ends", one.fingerprint,
            std::string(name_of(one.source)),
            text::join(one.addresses, ", ") + (one.of_organisation ? "  (encryption.always_to)" : "")};
}

} // namespace

int list_due(const key_desk& desk, const invocation& called) {
    const auto within = time_span(called, "--within", usual_time_ahead);
    if (!within) return exit_unusable;
    const auto keys = desk.open(keys::reading::at_once);
    for (const auto& problem : keys.problems) complain(problem);
    const auto now = keys::this_second();
    const auto due = keys::due_certificates(*keys.certificates, desk.how, *within, now);
    std::vector<std::vector<std::string>> rows{{"END (UTC)", "", "FINGERPRINT", "SOURCE", "ADDRESSES"}};
    for (const auto& one : due) {
        if (called.json())
            print_json_line(due_as_json(one, now));
        else
            rows.push_back(row_of(one, now));
    }
    if (rows.size() > 1) print_table(std::cout, rows);
    return due.empty() ? exit_yes : exit_no;
}

} // namespace sealgate::milter
