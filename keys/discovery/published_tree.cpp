#include "keys/discovery/published_tree.hpp"

#include "keys/certificates/one_address.hpp"
#include "keys/discovery/wkd.hpp"
#include "keys/openpgp/packets.hpp"
#include "keys/openpgp/signature.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace sealgate::keys {

namespace {

// The draft lets a reader take the first that it can use, and some take the first.
auto place_in_file(const published_certificate& one) {
    return std::tuple(one.revoked, -one.created.time_since_epoch().count(), std::string_view(one.fingerprint));
}

// Of the signatures by which its owner claimed a user id, the last that counts by then: GnuPG's tool keeps no other. Their own
// are all that one_address.hpp leaves there, and gpg proved them before the certificate was kept.
std::string with_newest_claims(std::string_view certificate, time_point now) {
    const auto packets = walk_packets(certificate, most_certificate_packets);
    if (!packets) return {};
    std::string out, claim;
    std::size_t place = 0; // of the claim, in what is written
    std::uint32_t made = 0;
    const auto end_user_id = [&] {
        out.insert(place, claim);
        claim.clear();
        made = 0;
    };
    for (const auto& p : *packets) {
        const auto signature = p.type == packet_type::signature ? read_signature(p.body) : std::nullopt;
        if (!signature || !is_certification(signature->type)) {
            if (!signature) end_user_id();
            out += p.whole;
            continue;
        }
        if (time_point(std::chrono::seconds(signature->created)) > now || (!claim.empty() && signature->created < made))
            continue;
        place = out.size();
        claim = p.whole;
        made = signature->created;
    }
    end_user_id();
    return out;
}

void put(published_file& into, published_certificate one) {
    const auto behind = std::ranges::upper_bound(into.certificates, place_in_file(one), {}, place_in_file);
    into.certificates.insert(behind, std::move(one));
}

} // namespace

std::string published_file::content() const {
    std::string out;
    for (const auto& one : certificates) out += one.octets;
    return out;
}

void publish(published_tree& into, const stored_certificate& one, const std::function<bool(const policy::address&)>& is_ours,
             time_point now) {
    std::vector<policy::address> ours;
    for (const auto& each : addresses_at(one.cert, now))
        if (auto whose = policy::parse_address(each); is_ours(whose) && wkd_names_of(whose)) ours.push_back(std::move(whose));
    if (ours.empty()) return;
    const auto state = state_at(one.cert, now);
    if (!one.binary || (state != policy::key_state::usable && state != policy::key_state::revoked)) {
        auto& left_out = into.left_out.emplace_back(one.cert.fingerprint, state);
        for (const auto& whose : ours) left_out.addresses.push_back(whose.key());
        return;
    }
    for (const auto& whose : ours) {
        auto octets = with_newest_claims(with_one_address(*one.binary, whose.key()), now);
        if (octets.empty()) continue; // a user id that its owner did not sign
        auto& file = into.files[whose.domain + "/hu/" + wkd_names_of(whose)->hash];
        file.address = whose.key();
        file.domain = whose.domain;
        put(file, {.fingerprint = one.cert.fingerprint,
                   .created = one.cert.created,
                   .revoked = state == policy::key_state::revoked,
                   .octets = std::move(octets)});
    }
}

std::string published_policy(std::string_view domain) { return "# Policy flags for domain " + std::string(domain) + "\n"; }

} // namespace sealgate::keys
