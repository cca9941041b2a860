// The product's words as types: CONTRACT section 2. Code, policy files, log and texts use the same names, and the
// tables below are the only place where a name is spelled.
//
// Ordered enums (action, outcome) go from mild to strict; std::max is therefore "the stricter of".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace sealgate::policy {

// What one cell of the policy says, mild to strict.
enum class action : std::uint8_t { deliver, warn, encrypt, require, hold, reject };

// What happens to a message, or to one recipient of it (a recipient is never `defer`), mild to strict.
enum class outcome : std::uint8_t { deliver, warn, seal, hold, reject, defer };

// What the message brings.
enum class protection : std::uint8_t { none, pgp_mime, pgp_inline, pgp_partial, pgp_fake, pgp_signed, smime };

// What can be said of a recipient's certificate.
enum class key_state : std::uint8_t { usable, expired, revoked, disabled, not_for_encryption, missing };

// Whether a protected message is encrypted to a key of this recipient.
enum class addressed : std::uint8_t { yes, no, unverifiable };

enum class mode : std::uint8_t { enforce, monitor };

// What to do about something nearly like a tag.
enum class near_miss_action : std::uint8_t { ignore, warn, hold, reject };

// Where a tag stood.
enum class carrier : std::uint8_t { subject, header, sensitivity };

// Why a recipient's result is what it is. The words are stable: programs may compare them.
enum class reason : std::uint8_t {
    allowed,             // the cell says deliver
    tier,                // the cell says warn, hold or reject for this tier
    sealed,              // the gateway encrypts to this recipient's key
    already_encrypted,   // the message is encrypted to this recipient
    unverifiable,        // encrypted, but whether to this recipient cannot be told
    not_addressed,       // encrypted, but not to any known key of this recipient
    no_key,              // there is no certificate for the address
    key_expired,         //
    key_revoked,         //
    key_disabled,        // the administrator disabled the certificate
    key_not_for_encryption,
    not_encrypted,       // the cell says require, and the message is in clear
    pgp_fake,            // claims to be encrypted and is not
    pgp_partial,         // encrypted, with something readable beside it
    smime_not_accepted,  // S/MIME, and the policy does not accept it
    near_miss,           // something nearly like a tag
    untagged,            // no tag, and the policy asks for one
    mixed_forms,         // recipients of one message need it in different forms
    too_large,           // larger than gateway.limits.message_size
    unreadable,          // the message's structure is beyond what the gateway reads
    sealing_failed,      // gpg failed: the message is deferred
    internal_error,      // ours: the message is deferred
};

template <class E>
struct named {
    E value;
    std::string_view name;
};

// One table an enum, found by overload. Every enumerator stands in its table.
constexpr auto names(action) {
    using enum action;
    return std::to_array<named<action>>({{deliver, "deliver"},
                                         {warn, "warn"},
                                         {encrypt, "encrypt"},
                                         {require, "require"},
                                         {hold, "hold"},
                                         {reject, "reject"}});
}
constexpr auto names(outcome) {
    using enum outcome;
    return std::to_array<named<outcome>>({{deliver, "deliver"},
                                          {warn, "warn"},
                                          {seal, "seal"},
                                          {hold, "hold"},
                                          {reject, "reject"},
                                          {defer, "defer"}});
}
constexpr auto names(protection) {
    using enum protection;
    return std::to_array<named<protection>>({{none, "none"},
                                             {pgp_mime, "pgp-mime"},
                                             {pgp_inline, "pgp-inline"},
                                             {pgp_partial, "pgp-partial"},
                                             {pgp_fake, "pgp-fake"},
                                             {pgp_signed, "pgp-signed"},
                                             {smime, "smime"}});
}
constexpr auto names(key_state) {
    using enum key_state;
    return std::to_array<named<key_state>>({{usable, "usable"},
                                            {expired, "expired"},
                                            {revoked, "revoked"},
                                            {disabled, "disabled"},
                                            {not_for_encryption, "not-for-encryption"},
                                            {missing, "missing"}});
}
constexpr auto names(mode) {
    return std::to_array<named<mode>>({{mode::enforce, "enforce"}, {mode::monitor, "monitor"}});
}
constexpr auto names(near_miss_action) {
    using enum near_miss_action;
    return std::to_array<named<near_miss_action>>(
        {{ignore, "ignore"}, {warn, "warn"}, {hold, "hold"}, {reject, "reject"}});
}
constexpr auto names(carrier) {
    using enum carrier;
    return std::to_array<named<carrier>>(
        {{subject, "subject"}, {header, "header"}, {sensitivity, "sensitivity"}});
}
constexpr auto names(reason) {
    using enum reason;
    return std::to_array<named<reason>>({{allowed, "allowed"},
                                         {tier, "tier"},
                                         {sealed, "sealed"},
                                         {already_encrypted, "already-encrypted"},
                                         {unverifiable, "unverifiable"},
                                         {not_addressed, "not-addressed"},
                                         {no_key, "no-key"},
                                         {key_expired, "key-expired"},
                                         {key_revoked, "key-revoked"},
                                         {key_disabled, "key-disabled"},
                                         {key_not_for_encryption, "key-not-for-encryption"},
                                         {not_encrypted, "not-encrypted"},
                                         {pgp_fake, "pgp-fake"},
                                         {pgp_partial, "pgp-partial"},
                                         {smime_not_accepted, "smime-not-accepted"},
                                         {near_miss, "near-miss"},
                                         {untagged, "untagged"},
                                         {mixed_forms, "mixed-forms"},
                                         {too_large, "too-large"},
                                         {unreadable, "unreadable"},
                                         {sealing_failed, "sealing-failed"},
                                         {internal_error, "internal-error"}});
}

template <class E>
constexpr std::string_view name_of(E value) {
    for (const auto& entry : names(E{}))
        if (entry.value == value) return entry.name;
    return "?";
}

// The enumerator of that exact name, if there is one.
template <class E>
constexpr std::optional<E> named_as(std::string_view name) {
    for (const auto& entry : names(E{}))
        if (entry.name == name) return entry.value;
    return std::nullopt;
}

} // namespace sealgate::policy
