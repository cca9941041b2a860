#include "keys/certificates/ends.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace sealgate::keys {

namespace {

bool lasts_longer(const certificate& other, time_point end, time_point now) {
    if (state_at(other, now) != policy::key_state::usable) return false;
    const auto its_end = end_of_use(other, now);
    return !its_end || *its_end > end;
}

bool is_replaced(const key_lookup& all, const certificate& cert, time_point end, time_point now) {
    return std::ranges::all_of(cert.addresses, [&](const std::string& address) {
        return std::ranges::any_of(all.all_of(address, now), [&](const shared_certificate& other) {
            return other->cert.fingerprint != cert.fingerprint && lasts_longer(other->cert, end, now);
        });
    });
}

// The state is usable, or expired and nothing else.
bool is_of_use(const certificate& cert, time_point now) {
    const auto state = state_at(cert, now);
    return (state == policy::key_state::usable || state == policy::key_state::expired) && !cert.invalid &&
           !cert.addressing_only && !(cert.created > now);
}

} // namespace

policy::watched_keys watched_among(const std::vector<certificate>& ending, const key_lookup& certificates,
                                   const named_keys& named, std::chrono::seconds ahead, time_point now) {
    policy::watched_keys out;
    std::set<std::string> used, useless, wanted = named.bound; // wanted: this one and no other
    for (const auto& entry : std::set(named.always_to.begin(), named.always_to.end())) {
        const auto found = certificates.find_entry(entry, now);
        policy::organisation_key key{.entry = entry, .state = found.state, .in_doubt = found.in_doubt};
        if (found.stored) {
            key.fingerprint = found.stored->cert.fingerprint;
            key.end = end_of_use(found.stored->cert, now);
            (found.state == policy::key_state::usable ? used : useless).insert(found.stored->cert.fingerprint);
            if (!canonical_fingerprint(entry).empty()) wanted.insert(found.stored->cert.fingerprint);
        }
        out.organisation.push_back(std::move(key));
    }
    for (const auto& cert : ending) {
        const auto end = end_of_use(cert, now);
        if (!end || *end > now + ahead || !is_of_use(cert, now) || useless.contains(cert.fingerprint)) continue;
        if (!wanted.contains(cert.fingerprint) && is_replaced(certificates, cert, *end, now)) continue;
        out.certificates.push_back({.fingerprint = cert.fingerprint,
                                    .addresses = cert.addresses,
                                    .end = *end,
                                    .of_organisation = used.contains(cert.fingerprint)});
    }
    return out;
}

} // namespace sealgate::keys
