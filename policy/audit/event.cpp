#include "policy/audit/event.hpp"

#include "policy/audit/query.hpp"
#include "policy/base/rfc3339.hpp"
#include "policy/base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace sealgate::policy {

namespace {

namespace json = boost::json;

json::object event(event_time time, std::string_view name) { return {{"time", rfc3339(time)}, {"event", name}}; }

void add(json::object& to, const in_force& now) {
    to["mode"] = name_of(now.mode);
    to["policy"] = now.policy;
    to["certificates"] = json::object{{"count", now.certificate_count}, {"digest", now.certificates}};
}

std::string fields(const json::object& whole) {
    const auto text = json::serialize(whole);
    return text.substr(1, text.size() - 2);
}

} // namespace

json::object counted(const std::vector<std::string>& fingerprints) {
    const auto named = std::min(fingerprints.size(), most_named_certificates);
    return {{"count", fingerprints.size()},
            {"fingerprints", json::array(fingerprints.begin(), fingerprints.begin() + static_cast<std::ptrdiff_t>(named))}};
}

std::string event_fields(event_time time, gateway_event what, const json::object& further) {
    return event_fields(time, name_of(what), further);
}

std::string event_fields(event_time time, std::string_view name, const json::object& further) {
    auto out = event(time, name);
    for (const auto& field : further) out.insert(field);
    return fields(out);
}

// Most lines are decisions, and not worth parsing here. An event says so behind its number and time.
std::optional<json::object> event_in(std::string_view line) {
    constexpr std::size_t before_other_fields = 96;
    return line.substr(0, before_other_fields).contains("\"event\":") ? record_in(line) : std::nullopt;
}

std::string start_event(event_time time, std::string_view version, const in_force& now, const keys_in_use& keys) {
    auto out = event(time, name_of(gateway_event::start));
    out["version"] = version;
    add(out, now);
    out["signing_key"] = to_text(keys.signs);
    if (!keys.address_key.empty()) out["address_key"] = keys.address_key;
    return fields(out);
}

std::string stop_event(event_time time) { return fields(event(time, name_of(gateway_event::stop))); }

std::string reload_event(event_time time, const in_force& before, const in_force& now) {
    auto out = event(time, name_of(gateway_event::reload));
    out["policy_before"] = before.policy;
    add(out, now);
    return fields(out);
}

std::string refused_reload_event(event_time time, const in_force& still, std::size_t errors) {
    auto out = event(time, name_of(gateway_event::reload_refused));
    out["errors"] = errors;
    add(out, still);
    return fields(out);
}

std::string keys_reload_event(event_time time, const in_force& now, const certificate_changes& changes) {
    auto out = event(time, name_of(gateway_event::keys_reload));
    out["added"] = counted(changes.added);
    out["changed"] = counted(changes.changed);
    out["removed"] = counted(changes.removed);
    add(out, now);
    return fields(out);
}

std::string repair_event(event_time time, std::uint64_t octets) {
    auto out = event(time, name_of(gateway_event::repair));
    out["octets"] = octets;
    return fields(out);
}

std::string clock_jumped_event(event_time time, event_time last_record, std::chrono::seconds by) {
    auto out = event(time, name_of(gateway_event::clock_jumped));
    out["last_record"] = rfc3339(last_record);
    out["seconds"] = by.count();
    return fields(out);
}

std::string signing_key_event(event_time time, const ed25519_public_key& key) {
    auto out = event(time, name_of(gateway_event::signing_key));
    out["key"] = to_text(key);
    return fields(out);
}

std::string passed_report_event(const passed_report& of) {
    auto out = event(of.time, name_of(gateway_event::report_passed));
    out["report"] = of.type;
    out["queue_id"] = text::printable(of.queue_id);
    if (!of.message_id.empty()) out["message_id"] = text::printable(of.message_id, longest_name);
    out["client"] = text::printable(of.client, longest_name);
    if (!of.user.empty()) out["user"] = text::printable(of.user, longest_name);
    json::array recipients;
    for (const auto& one : of.recipients) recipients.push_back(json::string(text::printable(one, longest_name)));
    out["recipients"] = std::move(recipients);
    out["size"] = of.size;
    return fields(out);
}

std::optional<ed25519_public_key> signing_key_named_in(std::string_view line) {
    const auto record = event_in(line);
    if (!record) return std::nullopt;
    const auto what = text_in(*record, "event");
    if (what == name_of(gateway_event::signing_key)) return parse_ed25519_public_key(text_in(*record, "key").value_or(""));
    if (what == name_of(gateway_event::start)) return parse_ed25519_public_key(text_in(*record, "signing_key").value_or(""));
    return std::nullopt;
}

std::optional<std::string> address_key_named_in(std::string_view line) {
    const auto record = event_in(line);
    if (!record || text_in(*record, "event") != name_of(gateway_event::start)) return std::nullopt;
    return std::string(text_in(*record, "address_key").value_or(""));
}

} // namespace sealgate::policy
