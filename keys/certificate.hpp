// An OpenPGP certificate as a value: whose it is, and whether mail can be encrypted to it at a given time.
//
// Filled by the keyring reader (keys/gpg); pure from here on. Times are UTC. Fingerprints and key ids are
// upper-case hex.
#pragma once

#include "policy/vocabulary.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::keys {

using time_point = std::chrono::sys_seconds;

struct subkey {
    std::string fingerprint;
    std::string key_id;         // 16 digits: what a PKESK packet names
    std::uint8_t algorithm = 0; // RFC 9580 section 9.1; 0: not known
    time_point created;
    std::optional<time_point> expires;
    bool can_encrypt = false;
    bool revoked = false;
    bool invalid = false;
};

struct certificate {
    std::string fingerprint;            // of the primary key
    std::vector<std::string> user_ids;  // printable UTF-8; revoked ones are left out, unless all of it is revoked
    std::vector<std::string> addresses; // of those user ids, in the form of policy::address::key()
    time_point created;
    std::optional<time_point> expires;
    bool revoked = false;
    bool disabled = false;
    bool invalid = false;
    std::vector<subkey> subkeys; // the primary key first
};

// The subkey gpg would encrypt to at that time: the newest that can encrypt, is not revoked, invalid or
// expired, and was not created later; the primary key only where no other will do; null if there is none.
const subkey* encryption_subkey(const certificate& cert, time_point now);

// In this order of precedence: revoked, disabled, expired, not_for_encryption, usable. A certificate whose
// only encryption subkeys are expired is `expired`; whose only ones are revoked, `revoked`.
policy::key_state state_at(const certificate& cert, time_point now);

} // namespace sealgate::keys
