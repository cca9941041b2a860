#include "keys/certificate.hpp"

#include <algorithm>

namespace sealgate::keys {

namespace {

bool has_expired(const std::optional<time_point>& expires, time_point now) { return expires && *expires <= now; }

bool is_usable(const subkey& key, time_point now) {
    return key.can_encrypt && !key.revoked && !key.invalid && key.created <= now && !has_expired(key.expires, now);
}

// What keeps the certificate's encryption subkeys from being used. Expired is named before revoked: a renewal
// may be on its way.
policy::key_state state_of_subkeys(const certificate& cert, time_point now) {
    using enum policy::key_state;
    const auto some = [&](auto is) {
        return std::ranges::any_of(cert.subkeys, [&](const subkey& key) { return key.can_encrypt && is(key); });
    };
    if (some([&](const subkey& key) { return is_usable(key, now); })) return usable;
    if (some([&](const subkey& key) { return !key.revoked && !key.invalid && has_expired(key.expires, now); })) return expired;
    if (some([](const subkey& key) { return key.revoked; })) return revoked;
    return not_for_encryption;
}

} // namespace

const subkey* encryption_subkey(const certificate& cert, time_point now) {
    // gpg takes the primary key only where no subkey will do, and the first of equally new subkeys.
    const subkey* newest = nullptr;
    for (const auto& key : cert.subkeys) {
        if (!is_usable(key, now)) continue;
        const bool replaces_primary = newest == &cert.subkeys.front();
        if (newest == nullptr || replaces_primary || key.created > newest->created) newest = &key;
    }
    return newest;
}

policy::key_state state_at(const certificate& cert, time_point now) {
    using enum policy::key_state;
    if (cert.revoked) return revoked;
    if (cert.disabled) return disabled;
    if (has_expired(cert.expires, now)) return expired;
    if (cert.invalid || cert.created > now) return not_for_encryption;
    return state_of_subkeys(cert, now);
}

} // namespace sealgate::keys
