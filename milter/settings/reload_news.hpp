// What a reload changed, in one line for the journal: mode, policy, lists of domains, keys, each with counts.
// Tested by e2e/test_key_changes.py.
#pragma once

#include "milter/settings/snapshot.hpp"

#include <string>

namespace sealgate::milter {

// "keys 3 new, 1 gone, 2 changed"; empty where none did.
std::string key_news(const snapshot& before, const snapshot& now);

// "policy sha256:… (was sha256:…); unsecure 14 domains (was 12); keys 3 new", or "nothing changed in policy, lists and keys".
// Of a list in which some came and others went: "secure 3 domains (1 added, 1 removed)".
std::string reload_news(const snapshot& before, const snapshot& now);

} // namespace sealgate::milter
