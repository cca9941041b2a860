// Events about held mail in the log (policy/audit/event.hpp): who released or refused it. contrib/design/audit_format.md has
// their fields. Pure. Tested by audit/event_test.
#pragma once

#include "policy/audit/event.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace sealgate::policy {

enum class held_change : std::uint8_t { release, refuse };

constexpr auto names(held_change) {
    using enum held_change;
    return std::to_array<named<held_change>>({{release, "held-release"}, {refuse, "held-refuse"}});
}

struct held_event_facts {
    event_time time;
    held_change what;
    std::string id; // the same if one change is recorded twice after a crash
    std::string queue_id;
    std::string decision;         // that held it; empty where the log has none
    std::string released_by = {}; // the decision by which it left
    std::string as = {};          // the classification that was named
    std::string user;             // who did it, as the log writes it
};

std::string held_event(const held_event_facts& of);

} // namespace sealgate::policy
