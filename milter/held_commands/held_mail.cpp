#include "milter/held_commands/held_mail.hpp"

#include "policy/audit/query.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <map>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

std::string text_of(const json::object& from, std::string_view field) {
    return std::string(policy::text_in(from, field).value_or(""));
}

std::string_view state_of(const held_mail& one) {
    if (!one.begun) return "held";
    return one.begun->what == begun_permit::purpose::release ? "being-released" : "being-refused";
}

} // namespace

std::vector<held_mail> held_mails(const held_desk& desk, const std::vector<queue_entry>& queue, const held_decisions& reasons,
                                  const begun_index& begun) {
    std::vector<held_mail> out;
    const auto now = std::chrono::system_clock::now();
    for (auto& entry : held_desk::held_of(queue)) {
        const auto reason = reasons.find(entry.id);
        out.push_back({.entry = entry,
                       .reason = reason == reasons.end() ? nullptr : &reason->second,
                       .begun = begun.about(entry),
                       .is_forgotten = entry.is_older_than(desk.gateway.held.remind, now),
                       .is_expired = entry.is_older_than(desk.gateway.held.expire, now)});
    }
    return out;
}

std::string decision_of(const held_mail& one) { return one.reason ? text_of(*one.reason, "id") : std::string{}; }

std::string why_held(const held_mail& one) {
    if (!one.reason) return "not held by sealgate";
    std::map<std::string, std::vector<std::string>> who; // by reason
    for (const auto* recipient : policy::recipients_in(*one.reason))
        if (text_of(*recipient, "result") == "hold")
            who[text_of(*recipient, "reason")].push_back(text_of(*recipient, "address"));
    std::vector<std::string> parts;
    for (const auto& [reason, addresses] : who) {
        const auto more = addresses.size() > 2 ? " and " + std::to_string(addresses.size() - 1) + " more" : std::string{};
        parts.push_back(reason + " " + (more.empty() ? text::join(addresses, ", ") : addresses.front() + more));
    }
    const auto classification = text_of(*one.reason, "classification");
    return (classification.empty() ? "untagged" : classification) + ": " + text::join(parts, "; ");
}

json::object as_json(const held_mail& one) {
    json::array recipients(one.entry.recipients.begin(), one.entry.recipients.end());
    json::object out{{"queue_id", one.entry.id},
                     {"state", state_of(one)},
                     {"since", rfc3339(wall_time(std::chrono::seconds(one.entry.arrival)))},
                     {"size", one.entry.size},
                     {"sender", one.entry.sender},
                     {"recipients", std::move(recipients)},
                     {"by_sealgate", one.reason != nullptr},
                     {"decision", nullptr},
                     {"classification", nullptr},
                     {"reasons", json::array()},
                     {"may_release", who_may_release()},
                     {"forgotten", one.is_forgotten},
                     {"expired", one.is_expired}};
    if (!one.reason) return out;
    out["decision"] = decision_of(one);
    if (const auto* classification = one.reason->if_contains("classification")) out["classification"] = *classification;
    auto& reasons = out["reasons"].as_array();
    for (const auto* recipient : policy::recipients_in(*one.reason))
        if (text_of(*recipient, "result") == "hold")
            reasons.push_back(json::object{{"address", text_of(*recipient, "address")},
                                           {"tier", text_of(*recipient, "tier")},
                                           {"reason", text_of(*recipient, "reason")}});
    return out;
}

} // namespace sealgate::milter
