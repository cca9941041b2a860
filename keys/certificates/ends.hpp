// What the key store and encryption.always_to come to for whoever watches them (policy/notices/key_watch.hpp): which keys of
// the organisation can be used, and which certificates end when, by their real end of use.
//
// Left out: a certificate to which nobody's mail is sealed whatever its end (revoked, disabled, weak …), and one that is
// replaced: for each of its addresses there is another usable one that lasts longer; so is one without an address. One that
// always_to names by its fingerprint, or that is bound to an address or a domain, is replaced by no other. Of a key of the
// organisation that cannot be used its entry alone says so. Pure.
#pragma once

#include "keys/certificates/lookup.hpp"
#include "policy/notices/key_watch.hpp"

#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace sealgate::keys {

// What mail is sealed to by somebody's word, and no other.
struct named_keys {
    std::vector<std::string> always_to; // its entries
    std::set<std::string> bound;        // fingerprints
};

// `ending`: the certificates in which something ends by then, `ahead` from now, or more of them.
policy::watched_keys watched_among(const std::vector<certificate>& ending, const key_lookup& certificates,
                                   const named_keys& named, std::chrono::seconds ahead, time_point now);

} // namespace sealgate::keys
