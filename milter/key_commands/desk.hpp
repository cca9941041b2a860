// What every `sealgate keys` command works with: the configuration, the stores, and the events that tell of a change.
// Tested by e2e/test_audit_keys.py.
#pragma once

#include "keys/store/keyring.hpp"
#include "milter/cli/dispatch.hpp"
#include "milter/key_commands/events.hpp"
#include "milter/settings/config.hpp"
#include "policy/rules/policy.hpp"

#include <optional>

namespace sealgate::milter {

struct key_desk {
    config gateway;
    policy::encryption how;
    key_events events;

    keys::store own() const { return of(policy::key_source::own); }
    keys::store of(policy::key_source source) const;
    keys::opened_keyring open(keys::reading what) const;
};

// Nothing where sealgate.yaml cannot be used, which is told then. Of a policy with errors, its defaults, and a line about that.
std::optional<key_desk> key_desk_of(const invocation& called);

} // namespace sealgate::milter
