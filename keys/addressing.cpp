#include "keys/addressing.hpp"

#include "keys/session_key.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

namespace sealgate::keys {

namespace {

using policy::addressed;

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
    if (message.key_ids.empty()) return addressed::passphrase;
    const bool hidden = std::ranges::find(message.key_ids, hidden_key_id) != message.key_ids.end();
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
        std::ranges::copy_if(message.key_ids, std::inserter(foreign, foreign.end()),
                             [&](const auto& id) { return !accounted.contains(id); });
    const auto end = std::next(foreign.begin(), static_cast<std::ptrdiff_t>(std::min(foreign.size(), most_foreign_keys)));
    return {foreign.begin(), end};
}

} // namespace sealgate::keys
