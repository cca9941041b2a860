#include "milter/key_commands/desk.hpp"

#include "milter/base/named_files.hpp"
#include "milter/cli/configured.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/load/policy.hpp"

#include <utility>

namespace sealgate::milter {

keys::store key_desk::of(policy::key_source source) const {
    return keys::store_of(key_places(gateway), source, {}, how.minimum);
}

keys::opened_keyring key_desk::open(keys::reading what) const { return keys::open_keyring(key_places(gateway), {}, how, what); }

std::optional<key_desk> key_desk_of(const invocation& called) {
    auto gateway = configured(called);
    if (!gateway) return std::nullopt;
    policy::encryption how;
    if (const auto rules = policy::load_policy(gateway->policy_path, read_file, list_directory))
        how = rules->encryption;
    else
        complain(gateway->policy_path + " has errors (see sealgate check): keys are judged by the defaults");
    key_events events(*gateway);
    return key_desk{.gateway = *std::move(gateway), .how = std::move(how), .events = std::move(events)};
}

} // namespace sealgate::milter
