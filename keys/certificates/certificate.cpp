#include "keys/certificates/certificate.hpp"

#include <algorithm>
#include <iterator>

namespace sealgate::keys {

namespace {

bool has_expired(const std::optional<time_point>& expires, time_point now) { return expires && *expires <= now; }

// RFC 9580 section 9.1.
bool is_rsa(std::uint8_t algorithm) { return algorithm >= 1 && algorithm <= 3; }
bool is_discrete_logarithm(std::uint8_t algorithm) { return algorithm == 16 || algorithm == 17 || algorithm == 20; }

bool is_short(const subkey& key, const policy::key_minimum& least) {
    if (key.bits == 0) return false;
    return (is_rsa(key.algorithm) && key.bits < least.rsa) ||
           (is_discrete_logarithm(key.algorithm) && key.bits < least.elgamal);
}

bool is_usable(const subkey& key, time_point now) { return state_at(key, now) == policy::key_state::usable; }

// What keeps the certificate's encryption subkeys from being used. Weak is named first, since such a key works; expired before
// revoked, since a renewal may be on its way.
policy::key_state state_of_subkeys(const certificate& cert, time_point now) {
    using enum policy::key_state;
    for (const auto state : {usable, weak, expired, revoked})
        if (std::ranges::any_of(cert.subkeys, [&](const subkey& key) { return state_at(key, now) == state; })) return state;
    return not_for_encryption;
}

std::optional<time_point> earlier(std::optional<time_point> a, std::optional<time_point> b) {
    return a && b ? std::min(*a, *b) : a ? a : b;
}

std::optional<time_point> end_of_all(const certificate& cert) { return earlier(cert.expires, cert.user_ids_expire); }

// When the last of these keys ends; nothing where there is none, or one has no end.
std::optional<time_point> last_end(const std::vector<subkey>& keys, auto counts) {
    std::optional<time_point> last;
    for (const auto& key : keys) {
        if (!key.can_encrypt || !counts(key)) continue;
        if (!key.expires) return std::nullopt;
        last = std::max(last.value_or(*key.expires), *key.expires);
    }
    return last;
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

void mark_weak(certificate& cert, const policy::key_minimum& least) {
    // Whoever has the primary key's secret can bind a subkey of their own.
    const bool all = !cert.subkeys.empty() && is_short(cert.subkeys.front(), least);
    for (auto& key : cert.subkeys) key.weak = all || is_short(key, least);
}

policy::key_state state_at(const subkey& key, time_point now) {
    using enum policy::key_state;
    if (!key.can_encrypt) return not_for_encryption;
    if (key.revoked) return revoked;
    if (key.invalid) return not_for_encryption;
    if (has_expired(key.expires, now)) return expired;
    if (key.created > now) return not_for_encryption;
    if (key.weak) return weak;
    return key.refused ? not_for_encryption : usable;
}

policy::key_state state_at(const certificate& cert, time_point now) {
    using enum policy::key_state;
    if (cert.revoked) return revoked;
    if (cert.disabled) return disabled;
    if (has_expired(cert.expires, now) || has_expired(cert.user_ids_expire, now)) return expired;
    if (cert.invalid || cert.addressing_only || cert.created > now) return not_for_encryption;
    return state_of_subkeys(cert, now);
}

bool is_found_by(const certificate& cert, std::string_view address, time_point now) {
    if (std::ranges::find(cert.addresses, address) == cert.addresses.end()) return false;
    const auto end = cert.addresses_expire.find(address);
    return end == cert.addresses_expire.end() || end->second > now || has_expired(cert.user_ids_expire, now);
}

std::vector<std::string> addresses_at(const certificate& cert, time_point now) {
    std::vector<std::string> out;
    std::ranges::copy_if(cert.addresses, std::back_inserter(out),
                         [&](const std::string& one) { return is_found_by(cert, one, now); });
    return out;
}

std::optional<time_point> end_of_use(const certificate& cert, time_point now) {
    using enum policy::key_state;
    const auto in_state = [&](auto... states) {
        return [=](const subkey& key) {
            const auto state = state_at(key, now);
            return ((state == states) || ...);
        };
    };
    // Of keys that are no use, a weak or revoked one has an end too, which nobody asks for while there is a better one.
    const bool has_good = std::ranges::any_of(cert.subkeys, in_state(usable, expired));
    const auto of_subkeys = has_good ? last_end(cert.subkeys, in_state(usable, expired))
                                     : last_end(cert.subkeys, [](const subkey&) { return true; });
    return earlier(end_of_all(cert), of_subkeys);
}

std::optional<time_point> end_of_use(const certificate& cert, const subkey& key) {
    return earlier(end_of_all(cert), key.expires);
}

std::string sha1_remark(const certificate& cert) {
    return cert.fingerprint + ": what its owner signed in it rests on SHA-1, which can be forged; ask for a certificate that is"
                              " signed anew";
}

} // namespace sealgate::keys
