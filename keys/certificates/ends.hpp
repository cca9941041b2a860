// What the key store and encryption.always_to come to for whoever watches them (policy/notices/key_watch.hpp): which keys of
// the organisation can be used, and which certificates end when, by their real end of use.
//
// Left out: a certificate to which nobody's mail is sealed whatever its end (revoked, disabled, weak …), and one that is
// replaced: for each of its addresses there is another usable one that lasts longer; so is one without an address. One that
// always_to names by its fingerprint is replaced by no other. Of a key of the organisation that cannot be used its entry alone
// says so. Pure.
#pragma once

#include "keys/certificates/lookup.hpp"
#include "policy/notices/key_watch.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace sealgate::keys {

// `ending`: the certificates in which something ends by then, `ahead` from now, or more of them.
policy::watched_keys watched_among(const std::vector<certificate>& ending, const key_lookup& certificates,
                                   const std::vector<std::string>& always_to, std::chrono::seconds ahead, time_point now);

} // namespace sealgate::keys
