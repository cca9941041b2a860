// A certificate can name any address: one that takes over somebody's mail must not do so silently.
// Tested by e2e/test_key_changes.py.
#pragma once

#include "keys/store/keyring.hpp"

#include <map>
#include <string>
#include <vector>

namespace sealgate::milter {

// By address, the fingerprint that mail is sealed to; addresses without one are left out.
std::map<std::string, std::string> sealed_to_now(const keys::key_lookup& certificates,
                                                 const std::vector<std::string>& addresses);

// Likewise, what was found for them and mail was sealed to; empty where that cannot be read.
std::map<std::string, std::string> pinned_before(const keys::keyring& certificates, const std::vector<std::string>& addresses);

// To standard error: whose mail is sealed to another one now.
void tell_takeovers(const std::map<std::string, std::string>& before, const keys::key_lookup& after);

} // namespace sealgate::milter
