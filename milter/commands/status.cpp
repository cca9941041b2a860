// sealgate status: asks the running gateway how it is.

#include "milter/cli/configured.hpp"
#include "milter/cli/json_line.hpp"
#include "milter/commands/check_held.hpp"
#include "milter/commands/fleet_status.hpp"
#include "milter/commands/list.hpp"
#include "milter/control/client.hpp"
#include "policy/base/text.hpp"

#include <iostream>
#include <string>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

// What the gateway says is shown as it is, but for what a terminal would obey.
std::string shown(const json::object& from, std::string_view field) {
    const auto* value = from.if_contains(field);
    if (!value || value->is_null()) return "-";
    return text::printable(value->is_string() ? std::string(value->get_string()) : json::serialize(*value), 2000);
}

const json::object& object_in(const json::object& from, std::string_view field) {
    static const json::object nothing;
    const auto* value = from.if_contains(field);
    return value && value->is_object() ? value->get_object() : nothing;
}

const json::array& array_in(const json::object& from, std::string_view field) {
    static const json::array nothing;
    const auto* value = from.if_contains(field);
    return value && value->is_array() ? value->get_array() : nothing;
}

std::string waiting(const json::object& some) {
    const auto count = shown(some, "count");
    return count == "0" ? "none" : count + ", the oldest since " + shown(some, "oldest");
}

std::string states(const json::object& keys) {
    std::string out = shown(keys, "certificates") + " certificates";
    for (const auto& [state, count] : object_in(keys, "states"))
        out += ", " + json::serialize(count) + " " + text::printable(std::string(state));
    return out + "; " + shown(keys, "ending") + " end within 30 days";
}

void print(const json::object& of, const std::optional<held_count>& held) {
    const auto& audit = object_in(of, "audit");
    const auto& memory = object_in(of, "memory");
    std::cout << "sealgate " << shown(of, "version") << ", mode " << shown(of, "mode") << ", since " << shown(of, "started")
              << "\n  configuration  " << shown(of, "config") << "\n  policy         " << shown(of, "policy") << '\n';
    for (const auto& where : array_in(of, "listen"))
        std::cout << "  listens on     " << text::printable(where.is_string() ? std::string(where.get_string()) : "") << '\n';
    std::cout << "  connections    " << shown(of, "connections") << "\n  decisions      " << shown(of, "decisions")
              << "\n  outbox         " << waiting(object_in(of, "outbox")) << "\n  held           "
              << (held ? std::to_string(held->all) + " in Postfix's queue, " + std::to_string(held->forgotten) + " forgotten"
                       : waiting(object_in(of, "held")))
              << "\n  keys           " << states(object_in(of, "keys")) << "\n  audit log      " << shown(audit, "records")
              << " records, signed until " << shown(audit, "signed") << "\n  memory         " << shown(memory, "used") << " of "
              << shown(memory, "most") << " octets\n";
    for (const auto& one : array_in(of, "sinks"))
        if (one.is_object())
            std::cout << "  its copy       " << shown(one.get_object(), "records") << " records in "
                      << shown(one.get_object(), "sink") << '\n';
    const auto& latest = array_in(of, "latest");
    if (!latest.empty()) std::cout << "\nlast decisions\n";
    for (const auto& one : latest)
        if (one.is_object())
            std::cout << "  " << shown(one.get_object(), "time") << "  " << shown(one.get_object(), "id") << "  "
                      << shown(one.get_object(), "queue_id") << "  " << shown(one.get_object(), "decision") << '\n';
    const auto& problems = array_in(of, "problems");
    std::cout << (problems.empty() ? "\nnothing is wrong\n" : "\nwrong\n");
    for (const auto& problem : problems)
        std::cout << "  " << text::printable(problem.is_string() ? std::string(problem.get_string()) : "", 2000) << '\n';
}

} // namespace

int cmd_status(const invocation& called) {
    if (called.has("--fleet")) return show_fleet(called);
    if (called.has("--from")) return complain("--from is of a fleet: status --fleet --from postgresql://…"), exit_unusable;
    const auto gateway = configured_to_ask(called);
    if (!gateway) return exit_unusable;
    auto answer = ask_gateway(gateway->control_socket(), "status", std::chrono::seconds(20));
    if (!answer) {
        complain(answer.error());
        return exit_unusable;
    }
    const auto held = count_held(*gateway, called);
    if (called.json()) {
        (*answer)["hold_queue"] = as_json(held);
        print_json_line(*answer);
    } else {
        print(*answer, held);
    }
    return array_in(*answer, "problems").empty() ? exit_yes : exit_no;
}

} // namespace sealgate::milter
