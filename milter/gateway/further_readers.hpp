// Who can read what the gateway seals, beside its recipients: whom the policy names (encryption.always_to), and the sender
// (encryption.to_sender).
// Tested by e2e/test_key_states.py.
#pragma once

#include "keys/certificates/lookup.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/mail/address.hpp"

#include <expected>
#include <string>
#include <vector>

namespace sealgate::milter {

// Their certificates. An error, in one line, where a key that the policy wants cannot be
// used any more; a sender without a usable key is left out.
std::expected<std::vector<keys::shared_certificate>, std::string>
further_readers(const snapshot& live, const policy::address& sender, keys::time_point now);

} // namespace sealgate::milter
