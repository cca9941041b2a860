#include "keys/certificates/self_signatures.hpp"

#include "keys/certificates/unproved.hpp"
#include "keys/openpgp/packets.hpp"
#include "keys/openpgp/signature.hpp"

#include <cstdint>

namespace sealgate::keys {

namespace {

// A part of a certificate, with the newest signature that binds it.
struct component {
    packet_type type;
    std::string_view body;
    std::optional<signature_facts> newest;
    bool revoked = false;
    std::vector<time_point> turns = {};
};

void add(component& to, const signature_facts& made) {
    using enum signature_type;
    const time_point begins{std::chrono::seconds(made.created)};
    to.turns.push_back(begins);
    if (made.lasts > 0) to.turns.push_back(begins + std::chrono::seconds(made.lasts));
    if (made.type == subkey_revocation || made.type == certification_revocation) {
        to.revoked = true;
    } else if (is_certification(made.type) || made.type == subkey_binding || made.type == direct_key) {
        if (!to.newest || made.created >= to.newest->created) to.newest = made;
    }
}

std::vector<component> components_of(std::string_view certificate) {
    std::vector<component> out;
    const auto packets = walk_packets(certificate, most_certificate_packets);
    if (!packets || packets->empty()) return out;
    const auto fingerprint = fingerprint_of_key(packets->front().body);
    for (const auto& one : *packets) {
        if (one.type != packet_type::signature) {
            out.push_back({.type = one.type, .body = one.body, .newest = {}});
        } else if (const auto made = read_signature(one.body); made && !out.empty() && is_made_by(*made, fingerprint)) {
            add(out.back(), *made);
        }
    }
    return out;
}

bool is_broken(std::uint8_t digest) { return digest >= 1 && digest <= 3; }

} // namespace

self_signatures read_self_signatures(std::string_view certificate) {
    self_signatures out;
    for (const auto& one : components_of(certificate)) {
        out.turns.insert(out.turns.end(), one.turns.begin(), one.turns.end());
        if (one.revoked || !one.newest) continue;
        out.sha1 = out.sha1 || is_broken(one.newest->digest);
        if (one.type != packet_type::user_id) continue;
        const auto end = time_point(std::chrono::seconds(std::int64_t{one.newest->created} + one.newest->lasts));
        out.user_ids.push_back(
            {.text = std::string(one.body), .expires = one.newest->lasts > 0 ? std::optional(end) : std::nullopt});
    }
    return out;
}

} // namespace sealgate::keys
