#include "milter/key_commands/events.hpp"

#include "milter/audit/address_key.hpp"
#include "milter/audit/event_recorder.hpp"
#include "milter/base/decision_id.hpp"
#include "milter/cli/current_user.hpp"

#include <chrono>

namespace sealgate::milter {

key_events::key_events(const config& gateway)
    : directory_(gateway.events_directory())
    , names_(load_pseudonyms(gateway.audit, if_missing::make)) {}

void key_events::leave(const std::vector<policy::key_event_facts>& events) const { leave_key_events(directory_, events); }

policy::key_event_facts key_events::facts_of(policy::key_change what, const std::string& fingerprint) const {
    return {.time = std::chrono::system_clock::now(),
            .what = what,
            .id = new_decision_id(),
            .fingerprint = names_.of_text(fingerprint),
            .addresses = {},
            .user = current_user(names_)};
}

std::vector<std::string> key_events::named(const std::vector<std::string>& addresses) const {
    std::vector<std::string> out;
    for (const auto& one : addresses) out.push_back(names_.of(policy::parse_address(one)));
    return out;
}

void key_events::leave(policy::key_change what, const std::vector<keys::certificate>& certificates) const {
    std::vector<policy::key_event_facts> events;
    for (const auto& cert : certificates) {
        events.push_back(facts_of(what, cert.fingerprint));
        events.back().addresses = named(cert.addresses);
    }
    leave(events);
}

audience key_events::of_found() const {
    return {.leave =
                [this](std::vector<policy::key_event_facts> events) {
                    for (auto& one : events) one.user = current_user(names_);
                    leave(events);
                },
            .names = names_};
}

void key_events::leave_approved(const keys::certificate& own, policy::key_source source, std::string evidence,
                                const std::string& replaces) const {
    auto event = facts_of(policy::key_change::approve, own.fingerprint);
    event.addresses = named(own.addresses);
    event.source = source;
    event.evidence = names_.of_text(std::move(evidence));
    if (replaces != own.fingerprint) event.replaces = names_.of_text(replaces);
    leave(std::vector{event});
}

void key_events::leave_bound(policy::key_change what, const std::string& whose, const std::string& fingerprint) const {
    auto event = facts_of(what, fingerprint);
    event.addresses = {whose.starts_with('@') ? names_.of_text(whose) : names_.of(policy::parse_address(whose))};
    leave(std::vector{event});
}

} // namespace sealgate::milter
