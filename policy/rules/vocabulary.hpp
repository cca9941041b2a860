// The product's words as types: contract.md section 2. Code, policy files, log and texts use the same names, and the
// tables below are the only place where a name is spelled.
//
// Ordered enums (action, outcome) go from mild to strict; std::max is therefore "the stricter of".
// Tested by decision/decide_test and load/policy_test.
#pragma once

#include "policy/base/names.hpp"
#include "policy/rules/carrier.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace sealgate::policy {

// Index into policy::classifications; a greater rank is more sensitive.
using rank = std::size_t;

// What one cell of the policy says, mild to strict.
enum class action : std::uint8_t { deliver, warn, encrypt, require, hold, reject };

// What happens to a message, or to one recipient of it (a recipient is never `defer`), mild to strict.
enum class outcome : std::uint8_t { deliver, warn, seal, hold, reject, defer };

// What the message brings. `pgp_partial` and `pgp_fake` protect nothing.
enum class protection : std::uint8_t { none, pgp_mime, pgp_inline, pgp_partial, pgp_fake, pgp_signed, smime };

// What can be said of a recipient's certificate.
enum class key_state : std::uint8_t { usable, expired, revoked, disabled, not_for_encryption, weak, missing };

// Where a certificate comes from (contract.md section 8), what vouches most for it first. `own`: an administrator imported or
// approved it; `wkd`: the recipient's domain publishes it.
enum class key_source : std::uint8_t { own, wkd, vks, hkp, autocrypt, attached };

// Why mail to an address is sealed to a certificate, what vouches most for it first (contract.md section 8). `bound`: an
// administrator bound it to the address, or to its domain; `own`: one imported or approved it; `pinned`: mail was sealed to it
// before; `found`: its source may be used; `proposed`: mail is not sealed to it until an administrator approves it.
enum class key_standing : std::uint8_t { bound, own, pinned, found, proposed };

// What came of looking for a certificate where they are published.
enum class key_search : std::uint8_t { none, nothing_found, failed };

// Whether a protected message is encrypted to a key of this recipient, the better answer first. `passphrase`: it names no
// key at all, and whoever knows a passphrase can read it.
enum class addressed : std::uint8_t { yes, unverifiable, passphrase, no };

enum class mode : std::uint8_t { enforce, monitor };

// What to do about something nearly like a tag.
enum class near_miss_action : std::uint8_t { ignore, warn, hold, reject };

// What to do about a mail that is tagged as less sensitive than what it answers.
enum class downgrade_action : std::uint8_t { ignore, warn, raise, reject };

// By what a mail is known to answer a more sensitive one: by the mails it refers to, or by the placeholder in its Subject.
enum class thread_sign : std::uint8_t { reference, subject };

// What that does to its classification. `untagged`: nothing, since the policy refuses a mail without a tag.
enum class thread_effect : std::uint8_t { inherited, raised, lowered, untagged };

// One table an enum, found by overload. Every enumerator stands in its table.
constexpr auto names(action) {
    using enum action;
    return std::to_array<named<action>>(
        {{deliver, "deliver"}, {warn, "warn"}, {encrypt, "encrypt"}, {require, "require"}, {hold, "hold"}, {reject, "reject"}});
}
constexpr auto names(outcome) {
    using enum outcome;
    return std::to_array<named<outcome>>(
        {{deliver, "deliver"}, {warn, "warn"}, {seal, "seal"}, {hold, "hold"}, {reject, "reject"}, {defer, "defer"}});
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
constexpr auto names(key_source) {
    using enum key_source;
    return std::to_array<named<key_source>>(
        {{own, "own"}, {wkd, "wkd"}, {vks, "vks"}, {hkp, "hkp"}, {autocrypt, "autocrypt"}, {attached, "attached"}});
}
constexpr auto names(key_standing) {
    using enum key_standing;
    return std::to_array<named<key_standing>>(
        {{bound, "bound"}, {own, "own"}, {pinned, "pinned"}, {found, "found"}, {proposed, "proposed"}});
}
constexpr auto names(key_state) {
    using enum key_state;
    return std::to_array<named<key_state>>({{usable, "usable"},
                                            {expired, "expired"},
                                            {revoked, "revoked"},
                                            {disabled, "disabled"},
                                            {not_for_encryption, "not-for-encryption"},
                                            {weak, "weak"},
                                            {missing, "missing"}});
}
constexpr auto names(addressed) {
    using enum addressed;
    return std::to_array<named<addressed>>(
        {{yes, "yes"}, {unverifiable, "unverifiable"}, {passphrase, "passphrase"}, {no, "no"}});
}
constexpr auto names(mode) { return std::to_array<named<mode>>({{mode::enforce, "enforce"}, {mode::monitor, "monitor"}}); }
constexpr auto names(near_miss_action) {
    using enum near_miss_action;
    return std::to_array<named<near_miss_action>>({{ignore, "ignore"}, {warn, "warn"}, {hold, "hold"}, {reject, "reject"}});
}
constexpr auto names(downgrade_action) {
    using enum downgrade_action;
    return std::to_array<named<downgrade_action>>({{ignore, "ignore"}, {warn, "warn"}, {raise, "raise"}, {reject, "reject"}});
}
constexpr auto names(thread_sign) {
    using enum thread_sign;
    return std::to_array<named<thread_sign>>({{reference, "reference"}, {subject, "subject"}});
}
constexpr auto names(thread_effect) {
    using enum thread_effect;
    return std::to_array<named<thread_effect>>(
        {{inherited, "inherited"}, {raised, "raised"}, {lowered, "lowered"}, {untagged, "untagged"}});
}

} // namespace sealgate::policy
