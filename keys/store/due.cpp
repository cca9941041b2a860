#include "keys/store/due.hpp"

#include "keys/certificates/ends.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace sealgate::keys {

namespace {

// What replaces a certificate has to be one that mail is encrypted to.
class certificates_in_use : public key_lookup {
public:
    certificates_in_use(const keyring& all, const policy::encryption& how)
        : all_(all)
        , how_(how) {}

    candidates naming(std::string_view address_key) const override { return chosen(all_.naming(address_key)); }
    candidates of_fingerprint(std::string_view fingerprint) const override { return chosen(all_.of_fingerprint(fingerprint)); }

private:
    candidates chosen(candidates some) const {
        std::erase_if(some.all, [&](const shared_certificate& one) { return !how_.uses(one->source); });
        return some;
    }

    const keyring& all_;
    const policy::encryption& how_;
};

// Of what was found, and is not the organisation's too.
std::vector<policy::ending_certificate> due_among_found(const keyring& all, const policy::encryption& how,
                                                        const std::set<std::string>& bound, policy::key_source source,
                                                        std::chrono::seconds within, time_point now) {
    std::vector<policy::ending_certificate> out;
    const auto found = source == policy::key_source::own ? nullptr : all.of(source);
    if (!found) return out;
    const certificates_in_use used(all, how);
    for (auto& one :
         watched_among(found->ending_by(now + within), used, {.always_to = {}, .bound = bound}, within, now).certificates) {
        if (!all.own().of_fingerprint(one.fingerprint).all.empty()) continue;
        one.source = source;
        out.push_back(std::move(one));
    }
    return out;
}

} // namespace

std::set<std::string> bound_ones(const keys::keyring& all) {
    return all.bound() ? all.bound()->fingerprints() : std::set<std::string>{};
}

std::vector<policy::ending_certificate> due_bound_ones(const keys::keyring& all, const policy::encryption& how,
                                                       std::chrono::seconds within, time_point now) {
    const auto bound = bound_ones(all);
    std::vector<policy::ending_certificate> out;
    if (bound.empty()) return out;
    for (const auto& [source, name] : names(policy::key_source{}))
        for (auto& one : due_among_found(all, how, bound, source, within, now))
            if (bound.contains(one.fingerprint)) out.push_back(std::move(one));
    return out;
}

std::vector<policy::ending_certificate> due_certificates(const keys::keyring& all, const policy::encryption& how,
                                                         std::chrono::seconds within, time_point now) {
    const auto& own = all.own(); // by itself, as keys.watch.mail is told: what is found may be gone tomorrow
    const auto bound = bound_ones(all);
    auto watched = watched_among(own.ending_by(now + within), own, {.always_to = how.always_to, .bound = bound}, within, now);
    auto& out = watched.certificates;
    for (const auto& key : watched.organisation) {
        if (key.state != policy::key_state::expired || !key.end) continue; // else it is among those above, or does not end
        const auto stored = own.find_entry(key.entry, now).stored;
        if (!stored || std::ranges::find(out, key.fingerprint, &policy::ending_certificate::fingerprint) != out.end()) continue;
        out.push_back(
            {.fingerprint = key.fingerprint, .addresses = stored->cert.addresses, .end = *key.end, .of_organisation = true});
    }
    for (const auto& [source, name] : names(policy::key_source{}))
        for (auto& one : due_among_found(all, how, bound, source, within, now))
            if (how.uses(source) || bound.contains(one.fingerprint)) out.push_back(std::move(one));
    std::ranges::sort(out, {}, [](const policy::ending_certificate& one) {
        return std::tuple(!one.of_organisation, one.end, std::string_view(one.fingerprint));
    });
    return std::move(out);
}

} // namespace sealgate::keys
