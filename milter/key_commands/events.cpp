#include "milter/key_commands/events.hpp"

#include "milter/audit/address_key.hpp"
#include "milter/audit/event_recorder.hpp"
#include "milter/base/decision_id.hpp"
#include "policy/base/rfc3339.hpp"

#include <chrono>
#include <cstdlib>
#include <pwd.h>
#include <unistd.h>

namespace sealgate::milter {

namespace {

// Who runs the command; behind sudo, who ran that.
std::string current_user(const policy::pseudonyms& names) {
    const auto* entry = ::getpwuid(::getuid());
    const std::string name = entry ? entry->pw_name : "uid " + std::to_string(::getuid());
    const auto* before = std::getenv("SUDO_USER");
    return (before && *before ? names.of_user(before) + " as " : "") + names.of_user(name);
}

} // namespace

key_events::key_events(const config& gateway)
    : directory_(gateway.events_directory())
    , names_(load_pseudonyms(gateway.audit, if_missing::make)) {}

void key_events::leave(const std::vector<policy::key_event_facts>& events) const {
    std::vector<left_event> out;
    for (const auto& one : events) out.push_back({.name = rfc3339(one.time) + "-" + one.id, .fields = policy::key_event(one)});
    leave_events(directory_, out);
}

void key_events::leave(policy::key_change what, const std::vector<keys::certificate>& certificates) const {
    const auto user = current_user(names_);
    std::vector<policy::key_event_facts> events;
    for (const auto& cert : certificates) {
        std::vector<std::string> addresses;
        for (const auto& one : cert.addresses) addresses.push_back(names_.of(policy::parse_address(one)));
        events.push_back({.time = std::chrono::system_clock::now(),
                          .what = what,
                          .id = new_decision_id(),
                          .fingerprint = names_.of_text(cert.fingerprint),
                          .addresses = std::move(addresses),
                          .user = user});
    }
    leave(events);
}

void key_events::leave_found(const finding& found, const policy::address& whose) const {
    auto events = events_of(found, whose, names_);
    for (auto& one : events) one.user = current_user(names_);
    leave(events);
}

} // namespace sealgate::milter
