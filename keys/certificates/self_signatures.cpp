#include "keys/certificates/self_signatures.hpp"

#include "keys/certificates/one_subkey.hpp"
#include "keys/openpgp/packets.hpp"
#include "policy/base/bytes.hpp"
#include "policy/base/hex.hpp"

#include <cstdint>

namespace sealgate::keys {

namespace {

// RFC 9580 section 5.2.1.
constexpr std::uint8_t direct = 0x1F, binding = 0x18, subkey_revocation = 0x28, certification_revocation = 0x30;
// Section 5.2.3.7.
constexpr std::uint8_t creation_time = 2, expiration_time = 3, issuer = 16, issuer_fingerprint = 33;

constexpr bool is_certification(std::uint8_t type) { return type >= 0x10 && type <= 0x13; }

struct signature {
    std::uint8_t type = 0;
    std::uint8_t digest = 0; // section 9.5
    std::uint32_t created = 0;
    std::uint32_t lasts = 0; // seconds; 0: for ever
    std::string issuer_id;   // 16 upper-case digits
};

// The next of the area: section 5.2.3.7. Nothing at its end, or where it is cut short.
std::optional<std::string_view> next_subpacket(bytes::cursor& area) {
    const auto first = area.u8();
    if (!first) return std::nullopt;
    std::optional<std::size_t> size = *first;
    if (*first == 255) {
        size = area.u32();
    } else if (*first >= 192) {
        const auto second = area.u8();
        size = second ? std::optional(((std::size_t{*first} - 192) << 8) + *second + 192) : std::nullopt;
    }
    return size && *size > 0 ? area.take(*size) : std::nullopt;
}

void read_area(std::string_view octets, signature& to) {
    bytes::cursor area(octets);
    while (const auto one = next_subpacket(area)) {
        const auto kind = static_cast<std::uint8_t>(one->front()) & 0x7F; // the top bit: critical
        bytes::cursor content(one->substr(1));
        if (kind == creation_time) to.created = content.u32().value_or(to.created);
        if (kind == expiration_time) to.lasts = content.u32().value_or(to.lasts);
        if (kind == issuer && one->size() == 9) to.issuer_id = text::upper_hex(one->substr(1));
        if (kind == issuer_fingerprint && one->size() == 22) to.issuer_id = text::upper_hex(one->substr(14));
    }
}

std::optional<signature> read_signature(std::string_view body) {
    bytes::cursor from(body);
    const auto version = from.u8(), type = from.u8(), algorithm = from.u8(), digest = from.u8();
    if (version != 4 || !type || !algorithm || !digest) return std::nullopt;
    const auto hashed = from.take(from.u16().value_or(0));
    const auto unhashed = from.take(from.u16().value_or(0));
    if (!hashed || !unhashed) return std::nullopt;
    signature out{.type = *type, .digest = *digest, .issuer_id = {}};
    read_area(*unhashed, out);
    read_area(*hashed, out); // what is signed has the last word
    return out;
}

// A part of a certificate, with the newest signature that binds it.
struct component {
    packet_type type;
    std::string_view body;
    std::optional<signature> newest;
    bool revoked = false;
};

void add(component& to, const signature& made) {
    if (made.type == subkey_revocation || made.type == certification_revocation) {
        to.revoked = true;
    } else if (is_certification(made.type) || made.type == binding || made.type == direct) {
        if (!to.newest || made.created >= to.newest->created) to.newest = made;
    }
}

std::vector<component> components_of(std::string_view certificate) {
    std::vector<component> out;
    const auto packets = walk_packets(certificate, most_certificate_packets);
    if (!packets || packets->empty()) return out;
    const auto fingerprint = key_fingerprint(packets->front().body);
    const auto own_id = fingerprint.substr(fingerprint.size() == 40 ? 24 : fingerprint.size());
    for (const auto& one : *packets) {
        if (one.type != packet_type::signature) {
            out.push_back({.type = one.type, .body = one.body, .newest = {}});
        } else if (const auto made = read_signature(one.body); made && !out.empty() && made->issuer_id == own_id) {
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
