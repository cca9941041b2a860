#include "keys/protection/addressing.hpp"

#include "keys/openpgp/session_key.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <set>
#include <string>

namespace sealgate::keys {

namespace {

using policy::addressed;

bool is_withdrawn(const auto& key) { return key.revoked || key.invalid; }

// RFC 9580 section 9.1: 2 is RSA that only encrypts.
std::uint8_t family_of(std::uint8_t algorithm) { return algorithm == 2 ? 1 : algorithm; }

// Of an algorithm that gpg here does not know. It can't tell whether such a key belongs to its certificate, nor can we.
bool is_untold(const subkey& key) { return key.invalid && !key.revoked && !key.known_algorithm; }

} // namespace

readership::readership(const inspection& seen) {
    for (const auto& message : seen.messages) parts_.push_back(part_of(message));
}

readership::reading_keys readership::keys_of(const std::vector<shared_certificate>& certificates) {
    reading_keys out;
    for (const auto& stored : certificates) {
        const auto& cert = stored->cert;
        const bool counts = !is_withdrawn(cert) && !cert.disabled;
        for (const auto& one : cert.subkeys) {
            if (!one.can_encrypt) continue;
            const reader key{.key_id = one.key_id, .fingerprint = one.fingerprint, .algorithm = one.algorithm};
            if (counts && is_untold(one)) {
                out.untold.push_back(key);
                continue;
            }
            out.known = true;
            if (counts && !is_withdrawn(one)) out.keys.push_back(key);
        }
    }
    return out;
}

readership::part readership::part_of(const encrypted_message& message) {
    part out{.named = message.readers, .has_hidden = false, .has_passphrase = message.passphrases > 0};
    out.has_hidden = std::erase_if(out.named, [](const reader& one) { return one.key_id == hidden_key_id; }) != 0;
    std::ranges::sort(out.named, {}, &reader::key_id);
    return out;
}

bool readership::part::names(const reader& key) const {
    const auto is_this = [&](const reader& one) {
        return family_of(one.algorithm) == family_of(key.algorithm) &&
               (one.fingerprint.empty() || one.fingerprint == key.fingerprint);
    };
    return std::ranges::any_of(std::ranges::equal_range(named, key.key_id, {}, &reader::key_id), is_this);
}

addressed readership::of_part(const part& one, const reading_keys& theirs) {
    const auto is_named = [&](const reader& key) { return one.names(key); };
    if (std::ranges::any_of(theirs.keys, is_named)) return addressed::yes;
    if (one.named.empty() && !one.has_hidden) return addressed::passphrase;
    if (std::ranges::any_of(theirs.untold, is_named)) return addressed::unverifiable;
    const bool is_known = theirs.known || !theirs.untold.empty();
    return !is_known || one.has_hidden || one.has_passphrase ? addressed::unverifiable : addressed::no;
}

addressed readership::addressed_to(const key_lookup& certificates, std::string_view address_key, time_point now) const {
    if (parts_.empty()) return addressed::unverifiable;
    std::vector<shared_certificate> counted; // what anybody may have published says nothing of whose it is
    for (auto& one : certificates.judged(address_key, now))
        if (one.standing != policy::key_standing::proposed || one.stored->source == policy::key_source::own)
            counted.push_back(std::move(one.stored));
    const auto theirs = keys_of(counted);
    auto worst = addressed::yes;
    for (const auto& one : parts_) worst = std::max(worst, of_part(one, theirs));
    return worst;
}

std::vector<std::string> foreign_key_ids(const inspection& seen, const key_lookup& certificates,
                                         const std::vector<std::string>& address_keys, time_point now) {
    std::set<std::string> accounted{std::string(hidden_key_id)};
    for (const auto& address : address_keys)
        for (const auto& stored : certificates.all_of(address, now))
            for (const auto& key : stored->cert.subkeys) accounted.insert(key.key_id);
    std::set<std::string> foreign;
    for (const auto& message : seen.messages)
        for (const auto& named : message.readers)
            if (!accounted.contains(named.key_id)) foreign.insert(named.key_id);
    const auto end = std::next(foreign.begin(), static_cast<std::ptrdiff_t>(std::min(foreign.size(), most_foreign_keys)));
    return {foreign.begin(), end};
}

} // namespace sealgate::keys
