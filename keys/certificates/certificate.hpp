// An OpenPGP certificate as a value: whose it is, and whether mail can be encrypted to it at a given time.
//
// Filled by the keyring reader (keys/gnupg/gpg); pure from here on. Times are UTC. Fingerprints and key ids are
// upper-case hex.
#pragma once

#include "policy/rules/policy.hpp"
#include "policy/rules/vocabulary.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

using time_point = std::chrono::sys_seconds;

struct subkey {
    std::string fingerprint;
    std::string key_id;         // 16 digits: what a PKESK packet names
    std::uint8_t algorithm = 0; // RFC 9580 section 9.1; 0: not known
    unsigned bits = 0;          // its size; 0: not known
    time_point created;
    std::optional<time_point> expires;
    bool can_encrypt = false;
    bool revoked = false;
    bool invalid = false;
    bool weak = false;           // shorter than the policy asks for, or bound by a primary key that is
    bool refused = false;        // gpg cannot encrypt to it, whatever the certificate says
    bool known_algorithm = true; // to gpg here

    bool operator==(const subkey&) const = default;
};

struct certificate {
    std::string fingerprint;            // of the primary key
    std::vector<std::string> user_ids;  // printable UTF-8; revoked ones are left out, unless all of it is revoked
    std::vector<std::string> addresses; // of those user ids, in the form of policy::address::key()
    time_point created;
    std::optional<time_point> expires;              // of the primary key
    std::optional<time_point> user_ids_expire = {}; // the last of them; nothing where one has no end of its own
    std::map<std::string, time_point, std::less<>> addresses_expire = {}; // of those whose user ids end before the last one
    bool revoked = false;
    bool disabled = false;
    bool invalid = false;
    bool sha1 = false;           // what binds a part of it is signed with SHA-1, or worse
    std::vector<subkey> subkeys; // the primary key first
    // gpg here can't read it, and it is known by its packets alone (keys/certificates/unproved.hpp): what can be told is
    // whether a mail that came encrypted names one of its keys.
    bool addressing_only = false;

    bool operator==(const certificate&) const = default;
};

// Which keys are shorter than the policy asks for.
void mark_weak(certificate& cert, const policy::key_minimum& least);

// The subkey to encrypt to at that time: the newest that can encrypt, is not revoked, invalid, expired, refused or weak, and
// was not created later; the primary key only where no other will do; null if there is none.
const subkey* encryption_subkey(const certificate& cert, time_point now);

// In this order of precedence: revoked, disabled, expired, not_for_encryption, weak, usable. A certificate whose only
// encryption subkeys are expired is `expired`; whose only ones are revoked, `revoked`; weak, `weak`. It is usable exactly
// where there is an encryption_subkey().
policy::key_state state_at(const certificate& cert, time_point now);

// The same of one of its keys, by itself.
policy::key_state state_at(const subkey& key, time_point now);

// The addresses that find it at that time. A user id that has ended takes its address along; the last one does not, so that the
// certificate is found, and is `expired`.
bool is_found_by(const certificate& cert, std::string_view address, time_point now);
std::vector<std::string> addresses_at(const certificate& cert, time_point now);

// Until when mail can be encrypted to it, or could be: primary key, subkeys and user ids together. Nothing: it has no end.
std::optional<time_point> end_of_use(const certificate& cert, time_point now);
// The same of one of its keys, which ends with the primary key and the user ids, whatever it says itself.
std::optional<time_point> end_of_use(const certificate& cert, const subkey& key);

// Nothing that keeps anybody from using it: a line for people about SHA-1, where it is `sha1`.
std::string sha1_remark(const certificate& cert);

} // namespace sealgate::keys
