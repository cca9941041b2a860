// One look for somebody's certificates where they are published, and into the store with what is found. Blocks, on the network
// and for gpg. Tested by e2e/test_found_keys.py.
#pragma once

#include "keys/store/keyring.hpp"
#include "milter/discovery/lookup_outcome.hpp"
#include "milter/discovery/wkd_source.hpp"
#include "milter/settings/config.hpp"
#include "policy/audit/event.hpp"
#include "policy/audit/pseudonym.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace sealgate::milter {

struct finding {
    lookup_outcome what = lookup_outcome::failed;
    policy::key_source source = policy::key_source::wkd;
    std::vector<keys::imported_certificate> certificates; // as the store has them now
    std::string evidence;                                 // the URL
    std::string problem;                                  // one line for people, or empty
    std::optional<std::chrono::seconds> retry_after = {};
};

https_settings https_settings_of(const discover_settings& from, std::stop_token given_up = {});

// What is found, and cannot be used, is none. Throws where the store cannot be written, or gpg fails.
finding find_certificates(https_client& client, const policy::address& whose, const keys::keyring_places& places,
                          const policy::encryption& how, std::chrono::steady_clock::time_point deadline);

// For the audit log: one for each certificate that is new in the store, or changed. `names`: how the log calls people.
std::vector<policy::key_event_facts> events_of(const finding& what, const policy::address& whose,
                                               const policy::pseudonyms& names);

} // namespace sealgate::milter
