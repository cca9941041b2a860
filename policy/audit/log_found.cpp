#include "policy/audit/log_found.hpp"

#include "policy/audit/chain.hpp"
#include "policy/audit/event.hpp"
#include "policy/audit/query.hpp"

#include <boost/json.hpp>

#include <utility>

namespace sealgate::policy {

namespace {

namespace json = boost::json;

std::string_view said_of(log_state what) {
    switch (what) {
    case log_state::gone: return "audit.jsonl was gone";
    case log_state::replaced: return "audit.jsonl was another file";
    case log_state::emptied: return "audit.jsonl was emptied";
    case log_state::cut: return "audit.jsonl was cut short";
    case log_state::grown: return "audit.jsonl had something in it that the gateway did not write";
    case log_state::changed: return "the last record in audit.jsonl was changed";
    case log_state::damaged: return "audit.jsonl ended with something that is no record";
    case log_state::barred: return "audit.jsonl could not be written by the gateway (its owner or mode)";
    case log_state::no_file: return "audit.jsonl was no file";
    case log_state::behind: return "the log did not end as it was signed";
    }
    std::unreachable();
}

} // namespace

std::string to_string(const log_found& found) {
    std::string out(said_of(found.what));
    if (found.last_record < found.first_record)
        out += ", and no record should be in it yet";
    else if (found.what == log_state::behind)
        out += ": " + records(found.first_record, found.last_record) + " should be there";
    else
        out += "; " + records(found.first_record, found.last_record) + " should be in it";
    if (found.octets_left)
        out += " (" + std::to_string(*found.octets_left) + " octets; found were " + std::to_string(found.octets) + ")";
    if (!found.kept_as.empty()) out += "; what was found is kept as " + found.kept_as;
    return out;
}

std::string log_found_event(std::chrono::system_clock::time_point time, const log_found& found) {
    return event_fields(time, gateway_event::log_found,
                        {{"found", name_of(found.what)},
                         {"first_record", found.first_record},
                         {"last_record", found.last_record},
                         {"octets_left", found.octets_left ? json::value(*found.octets_left) : json::value(nullptr)},
                         {"octets", found.octets},
                         {"kept_as", found.kept_as.empty() ? json::value(nullptr) : json::value(found.kept_as)}});
}

std::optional<told_log_found> log_found_told_in(std::string_view line) {
    const auto record = event_in(line);
    if (!record || text_in(*record, "event") != name_of(gateway_event::log_found)) return std::nullopt;
    const auto what = named_as<log_state>(text_in(*record, "found").value_or(""));
    if (!what) return std::nullopt;
    const auto* left = record->if_contains("octets_left");
    told_log_found out{.time = std::string(text_in(*record, "time").value_or("")),
                       .found = {.what = *what,
                                 .first_record = number_in(*record, "first_record"),
                                 .last_record = number_in(*record, "last_record"),
                                 .octets_left = {},
                                 .octets = number_in(*record, "octets"),
                                 .kept_as = std::string(text_in(*record, "kept_as").value_or(""))}};
    if (left && left->is_number()) out.found.octets_left = number_in(*record, "octets_left");
    return out;
}

} // namespace sealgate::policy
