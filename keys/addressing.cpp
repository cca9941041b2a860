#include "keys/addressing.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace sealgate::keys {

namespace {

using policy::addressed;

// RFC 9580 section 5.1.8: an all-zero key id names nobody.
const std::string hidden_id(16, '0');

struct reading_keys {
    std::set<std::string> ids; // of those that count
    bool known = false;        // there are such keys, whether they count or not
};

bool is_withdrawn(const auto& key) { return key.revoked || key.invalid; }

reading_keys keys_of(const std::vector<const certificate*>& certificates) {
    reading_keys out;
    for (const auto* cert : certificates)
        for (const auto& one : cert->subkeys) {
            if (!one.can_encrypt) continue;
            out.known = true;
            if (!is_withdrawn(*cert) && !cert->disabled && !is_withdrawn(one)) out.ids.insert(one.key_id);
        }
    return out;
}

addressed of_one(const encrypted_message& message, const reading_keys& theirs) {
    const auto is_theirs = [&](const std::string& id) { return theirs.ids.contains(id); };
    if (std::ranges::any_of(message.key_ids, is_theirs)) return addressed::yes;
    const bool hidden = std::ranges::find(message.key_ids, hidden_id) != message.key_ids.end();
    return !theirs.known || hidden || message.passphrases > 0 ? addressed::unverifiable : addressed::no;
}

} // namespace

addressed addressed_to(const inspection& seen, const key_index& certificates, std::string_view address_key) {
    if (seen.messages.empty()) return addressed::unverifiable;
    const auto theirs = keys_of(certificates.all_of(address_key));
    auto worst = addressed::yes;
    for (const auto& message : seen.messages) {
        switch (of_one(message, theirs)) {
        case addressed::yes: break;
        case addressed::no: return addressed::no;
        case addressed::unverifiable: worst = addressed::unverifiable; break;
        }
    }
    return worst;
}

} // namespace sealgate::keys
