// The configuration in force: both files and the certificates. It never changes; a reload makes a new one, and so does a change
// of the certificates.
// Tested by notices/notifier_test and e2e/test_key_states.py.
#pragma once

#include "keys/certificates/lookup.hpp"
#include "keys/store/keyring.hpp"
#include "milter/settings/config.hpp"
#include "policy/rules/policy.hpp"

#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace sealgate::milter {

struct snapshot {
    config gateway;
    policy::policy rules;
    std::shared_ptr<const keys::keyring> certificates;
    std::vector<std::string> key_problems; // files in the key directories that are not used, and why
};

// Errors: one line each, FILE:LINE:COLUMN first where they stand in a file. Throws where gpg fails. `before`: what was in force
// until now.
std::expected<std::shared_ptr<const snapshot>, std::vector<std::string>>
load_snapshot(const std::string& config_path, const snapshot* before = nullptr, keys::reading what = keys::reading::at_once);

std::shared_ptr<const snapshot> make_snapshot(config gateway, policy::policy rules, keys::opened_keyring keys);

keys::keyring_places key_places(const config& gateway);

// Keys of encryption.always_to that cannot be used at that time, one line each. Time alone makes a key expire, and must stop
// neither the gateway nor mail that needs no key: what would be sealed is deferred.
std::vector<std::string> unusable_organisation_keys(const snapshot& live, keys::time_point now);

} // namespace sealgate::milter
