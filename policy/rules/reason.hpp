// Why a recipient's result is what it is (contract.md section 6, `reason`). The words are stable: programs may compare them.
// Tested by decision/decide_test and e2e/test_reasons.py.
#pragma once

#include "policy/base/names.hpp"

#include <array>
#include <cstdint>

namespace sealgate::policy {

enum class reason : std::uint8_t {
    allowed,           // the cell says deliver
    tier,              // the cell says warn, hold or reject for this tier
    sealed,            // the gateway encrypts to this recipient's key
    already_encrypted, // the message is encrypted to this recipient
    subject_in_clear,  // encrypted to this recipient, and the Subject can be read by all
    unverifiable,      // encrypted, but whether to this recipient cannot be told
    passphrase_only,   // encrypted to a passphrase alone: who knows it cannot be told
    not_addressed,     // encrypted, but not to any known key of this recipient
    no_key,            // there is no certificate for the address
    key_expired,
    key_revoked,
    key_disabled, // the administrator disabled the certificate
    key_not_for_encryption,
    key_weak,           // shorter than encryption.minimum
    not_encrypted,      // the cell says require, and the message is in clear
    pgp_fake,           // claims to be encrypted and is not, and the gateway is not to encrypt it
    pgp_partial,        // encrypted, with something readable beside it, and likewise
    smime_not_accepted, // S/MIME, and the policy does not accept it
    near_miss,          // something nearly like a tag
    downgrade,          // tagged as less sensitive than what it answers
    untagged,           // no tag, and the policy asks for one
    too_large,          // larger than gateway.limits.message_size
    too_large_sealed,   // once encrypted it is larger than the mail server takes
    too_many_copies,    // the copies of its own that it needs take more than gateway.limits.copies
    unreadable,         // the message's structure is beyond what the gateway reads
    keys_unreadable,    // certificates that may be the recipient's cannot be read now: the message is deferred
    lookup_failed,      // whether their key is published could not be found out: the message is deferred
    threads_unreadable, // what the message answers cannot be looked up now: it is deferred
    limit_unknown,      // whether the mail server takes it once it is encrypted cannot be asked now: it is deferred
    organisation_key,   // a key of encryption.always_to cannot be used: the message is deferred
    sealing_failed,     // gpg failed: the message is deferred
    no_room,            // on the disk or in memory: the message is deferred
    internal_error,     // ours: the message is deferred
};

constexpr auto names(reason) {
    using enum reason;
    return std::to_array<named<reason>>({{allowed, "allowed"},
                                         {tier, "tier"},
                                         {sealed, "sealed"},
                                         {already_encrypted, "already-encrypted"},
                                         {subject_in_clear, "subject-in-clear"},
                                         {unverifiable, "unverifiable"},
                                         {passphrase_only, "passphrase-only"},
                                         {not_addressed, "not-addressed"},
                                         {no_key, "no-key"},
                                         {key_expired, "key-expired"},
                                         {key_revoked, "key-revoked"},
                                         {key_disabled, "key-disabled"},
                                         {key_not_for_encryption, "key-not-for-encryption"},
                                         {key_weak, "key-weak"},
                                         {not_encrypted, "not-encrypted"},
                                         {pgp_fake, "pgp-fake"},
                                         {pgp_partial, "pgp-partial"},
                                         {smime_not_accepted, "smime-not-accepted"},
                                         {near_miss, "near-miss"},
                                         {downgrade, "downgrade"},
                                         {untagged, "untagged"},
                                         {too_large, "too-large"},
                                         {too_large_sealed, "too-large-sealed"},
                                         {too_many_copies, "too-many-copies"},
                                         {unreadable, "unreadable"},
                                         {keys_unreadable, "keys-unreadable"},
                                         {lookup_failed, "lookup-failed"},
                                         {threads_unreadable, "threads-unreadable"},
                                         {limit_unknown, "limit-unknown"},
                                         {organisation_key, "organisation-key"},
                                         {sealing_failed, "sealing-failed"},
                                         {no_room, "no-room"},
                                         {internal_error, "internal-error"}});
}

// That the recipient has no key, or none that can be used.
constexpr bool is_about_a_key(reason why) {
    using enum reason;
    return why == no_key || why == key_expired || why == key_revoked || why == key_disabled || why == key_not_for_encryption ||
           why == key_weak;
}

} // namespace sealgate::policy
