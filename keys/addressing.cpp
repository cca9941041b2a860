#include "keys/addressing.hpp"

#include "keys/session_key.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <string>

namespace sealgate::keys {

namespace {

using policy::addressed;

struct reading_keys {
    std::map<std::string, std::uint8_t> algorithms; // of those that count, by key id
    bool known = false;                             // there are such keys, whether they count or not

    bool include(const reader& named) const {
        const auto at = algorithms.find(named.key_id);
        return at != algorithms.end() && family_of(at->second) == family_of(named.algorithm);
    }

private:
    // RFC 9580 section 9.1: 2 is RSA that only encrypts.
    static std::uint8_t family_of(std::uint8_t algorithm) { return algorithm == 2 ? 1 : algorithm; }
};

bool is_withdrawn(const auto& key) { return key.revoked || key.invalid; }

reading_keys keys_of(const std::vector<const certificate*>& certificates) {
    reading_keys out;
    for (const auto* cert : certificates)
        for (const auto& one : cert->subkeys) {
            if (!one.can_encrypt) continue;
            out.known = true;
            if (!is_withdrawn(*cert) && !cert->disabled && !is_withdrawn(one))
                out.algorithms.emplace(one.key_id, one.algorithm);
        }
    return out;
}

addressed of_one(const encrypted_message& message, const reading_keys& theirs) {
    const auto is_theirs = [&](const reader& named) { return theirs.include(named); };
    if (std::ranges::any_of(message.readers, is_theirs)) return addressed::yes;
    if (message.readers.empty()) return addressed::passphrase;
    const bool hidden = std::ranges::find(message.readers, hidden_key_id, &reader::key_id) != message.readers.end();
    return !theirs.known || hidden || message.passphrases > 0 ? addressed::unverifiable : addressed::no;
}

} // namespace

addressed addressed_to(const inspection& seen, const key_index& certificates, std::string_view address_key) {
    if (seen.messages.empty()) return addressed::unverifiable;
    const auto theirs = keys_of(certificates.all_of(address_key));
    auto worst = addressed::yes;
    for (const auto& message : seen.messages) worst = std::max(worst, of_one(message, theirs));
    return worst;
}

std::vector<std::string> foreign_key_ids(const inspection& seen, const key_index& certificates,
                                         const std::vector<std::string>& address_keys) {
    std::set<std::string> accounted{std::string(hidden_key_id)};
    for (const auto& address : address_keys)
        for (const auto* cert : certificates.all_of(address))
            for (const auto& key : cert->subkeys) accounted.insert(key.key_id);
    std::set<std::string> foreign;
    for (const auto& message : seen.messages)
        for (const auto& named : message.readers)
            if (!accounted.contains(named.key_id)) foreign.insert(named.key_id);
    const auto end = std::next(foreign.begin(), static_cast<std::ptrdiff_t>(std::min(foreign.size(), most_foreign_keys)));
    return {foreign.begin(), end};
}

} // namespace sealgate::keys
