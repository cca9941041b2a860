#include "milter/commands/key_events.hpp"

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

void key_events::leave(policy::key_change what, const std::vector<keys::certificate>& certificates) const {
    const auto user = current_user(names_);
    std::vector<left_event> events;
    for (const auto& cert : certificates) {
        const auto time = std::chrono::system_clock::now();
        const auto id = new_decision_id();
        std::vector<std::string> addresses;
        for (const auto& one : cert.addresses) addresses.push_back(names_.of(policy::parse_address(one)));
        events.push_back({.name = rfc3339(time) + "-" + id,
                          .fields = policy::key_event({.time = time,
                                                       .what = what,
                                                       .id = id,
                                                       .fingerprint = names_.of_text(cert.fingerprint),
                                                       .addresses = std::move(addresses),
                                                       .user = user})});
    }
    leave_events(directory_, events);
}

} // namespace sealgate::milter
