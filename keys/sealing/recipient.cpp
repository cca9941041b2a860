#include "keys/sealing/recipient.hpp"

#include "keys/certificates/one_subkey.hpp"

#include <algorithm>
#include <cassert>
#include <tuple>
#include <utility>

namespace sealgate::keys {

seal_recipient recipient_for(const stored_certificate& stored, time_point now) {
    const auto* key = encryption_subkey(stored.cert, now);
    assert(key != nullptr && state_at(stored.cert, now) == policy::key_state::usable);
    // An engine has a choice of its own where there are several subkeys.
    auto cut = std::make_shared<const std::string>(with_one_subkey(*stored.binary, key->fingerprint));
    return {.certificate = std::move(cut),
            .fingerprint = stored.cert.fingerprint,
            .subkey = key->fingerprint,
            .key_id = key->key_id};
}

// People who begin anew often adopt their old encryption subkey: two certificates, one key, and gpg encrypts to it once.
std::vector<seal_recipient> each_once(std::vector<seal_recipient> recipients) {
    const auto by_subkey = [](const seal_recipient& one) { return std::tie(one.subkey, one.fingerprint); };
    std::ranges::sort(recipients, {}, by_subkey);
    const auto repeated = std::ranges::unique(recipients, {}, &seal_recipient::subkey);
    recipients.erase(repeated.begin(), repeated.end());
    return recipients;
}

} // namespace sealgate::keys
