#include "keys/certificates/unproved.hpp"

#include "keys/certificates/lookup.hpp"
#include "keys/certificates/user_id.hpp"
#include "keys/openpgp/packets.hpp"
#include "keys/openpgp/signature.hpp"
#include "policy/base/bytes.hpp"
#include "policy/base/text.hpp"
#include "policy/crypto/digest.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace sealgate::keys {

namespace {

constexpr std::size_t before_algorithm = 5; // version and time of creation

// RFC 9580 section 9.1: those that only sign.
bool only_signs(std::uint8_t algorithm) {
    constexpr std::array<std::uint8_t, 6> signing{3, 17, 19, 22, 27, 28};
    return std::ranges::find(signing, algorithm) != signing.end();
}

bool may_encrypt(const signature_facts& binding, std::uint8_t algorithm) {
    constexpr std::uint8_t for_encryption = 0x04 | 0x08; // RFC 9580 section 5.2.3.29
    return !only_signs(algorithm) && (!binding.key_flags || (*binding.key_flags & for_encryption) != 0);
}

std::optional<subkey> subkey_in(std::string_view body) {
    bytes::cursor in(body);
    in.u8();
    const auto created = in.u32();
    const auto algorithm = in.u8();
    auto fingerprint = fingerprint_of_key(body);
    if (!algorithm || fingerprint.empty()) return std::nullopt;
    std::string key_id(key_id_of(fingerprint));
    return subkey{.fingerprint = std::move(fingerprint),
                  .key_id = std::move(key_id),
                  .algorithm = *algorithm,
                  .created = time_point(std::chrono::seconds(*created)),
                  .expires = {}};
}

// Reads the packets in their order; each signature is about what stands before it.
class certificate_reader {
public:
    // False: it can't be read.
    bool read(const packet& p) {
        using enum packet_type;
        if (p.type == public_key || p.type == public_subkey) return read_key(p);
        if (p.type == user_id) {
            end_user_id();
            user_id_ = std::string(p.body);
            about_ = about::user_id;
        } else if (p.type == user_attribute) {
            about_ = about::other;
        } else if (const auto made = p.type == signature ? read_signature(p.body) : std::nullopt) {
            take(*made);
        }
        return true;
    }

    certificate take() {
        end_user_id();
        auto& primary = out_.subkeys.front();
        out_.fingerprint = primary.fingerprint;
        out_.created = primary.created;
        out_.expires = primary.expires;
        out_.addressing_only = true;
        return std::move(out_);
    }

private:
    enum class about : std::uint8_t { primary, user_id, subkey, other };

    bool read_key(const packet& p) {
        if ((p.type == packet_type::public_key) != out_.subkeys.empty()) return false;
        auto key = subkey_in(p.body);
        if (!key && out_.subkeys.empty()) return false;
        about_ = !key ? about::other : out_.subkeys.empty() ? about::primary : about::subkey;
        if (key) out_.subkeys.push_back(*std::move(key));
        bound_at_ = 0;
        return true;
    }

    void take(const signature_facts& made) {
        if (out_.subkeys.empty()) return;
        using enum signature_type;
        if (made.type == key_revocation) out_.revoked = true; // a designated revoker's too
        if (!is_made_by(made, out_.subkeys.front().fingerprint)) return;
        if (about_ == about::subkey && made.type == subkey_revocation) out_.subkeys.back().revoked = true;
        if (about_ == about::subkey && made.type == subkey_binding) bind(out_.subkeys.back(), made);
        if (about_ == about::primary && made.type == direct_key) bind(out_.subkeys.front(), made);
        if (about_ == about::user_id && made.type == certification_revocation) user_id_revoked_ = true;
        if (about_ == about::user_id && is_certification(made.type)) {
            user_id_claimed_ = true;
            bind(out_.subkeys.front(), made);
        }
    }

    // The newest counts.
    void bind(subkey& key, const signature_facts& made) {
        if (made.created < bound_at_) return;
        bound_at_ = made.created;
        key.can_encrypt = may_encrypt(made, key.algorithm);
        key.expires = made.key_expires.value_or(0) == 0 ? std::nullopt
                                                        : std::optional(key.created + std::chrono::seconds(*made.key_expires));
    }

    // Like gpg: of a revoked certificate all user ids stay, so that its address finds it.
    void end_user_id() {
        if (user_id_ && user_id_claimed_ && !user_id_revoked_) {
            out_.user_ids.push_back(text::printable(*user_id_));
            if (auto address = address_in_user_id(*user_id_); !address.empty()) out_.addresses.push_back(std::move(address));
        }
        user_id_.reset();
        user_id_claimed_ = user_id_revoked_ = false;
    }

    certificate out_;
    about about_ = about::other;
    std::optional<std::string> user_id_;
    bool user_id_claimed_ = false, user_id_revoked_ = false; // by the primary key, as it seems
    std::uint32_t bound_at_ = 0;                             // of the key that is read now
};

// A key or a user id, and the signatures about it.
struct section {
    packet_type type;
    std::string_view body;
    std::vector<std::string_view> packets; // whole
};

bool begins_section(packet_type type) {
    using enum packet_type;
    return type == public_key || type == public_subkey || type == user_id || type == user_attribute;
}

std::vector<section> sections_of(std::string_view binary) {
    std::vector<section> out;
    for (const auto& p : walk_packets(binary, most_certificate_packets).value_or(std::vector<packet>{})) {
        if (begins_section(p.type)) out.push_back({.type = p.type, .body = p.body, .packets = {}});
        if (!out.empty()) out.back().packets.push_back(p.whole);
    }
    return out;
}

void add_missing(std::vector<std::string_view>& to, const std::vector<std::string_view>& packets) {
    for (std::size_t i = 1; i < packets.size(); ++i)
        if (std::ranges::find(to, packets[i]) == to.end()) to.push_back(packets[i]);
}

} // namespace

std::string fingerprint_of_key(std::string_view body) {
    if (body.size() <= before_algorithm) return {};
    const auto version = static_cast<unsigned char>(body.front());
    std::string hashed;
    bytes::appender to(hashed);
    if (version == 4 && body.size() <= 0xFFFF) { // RFC 9580 section 5.5.4
        to.u8(0x99).u16(static_cast<std::uint16_t>(body.size())).raw(body);
        return canonical_fingerprint(sha1_hex(hashed));
    }
    if (version != 5 && version != 6) return {};
    to.u8(version == 6 ? 0x9B : 0x9A).u32(static_cast<std::uint32_t>(body.size())).raw(body); // version 5: LibrePGP
    return canonical_fingerprint(sha256_hex(hashed));
}

std::string_view key_id_of(std::string_view fingerprint) {
    constexpr std::size_t digits = 16, of_version_4 = 40;
    if (fingerprint.size() < digits) return {};
    return fingerprint.size() == of_version_4 ? fingerprint.substr(of_version_4 - digits) : fingerprint.substr(0, digits);
}

bool has_key(std::string_view certificate, std::string_view fingerprint) {
    const auto packets = walk_packets(certificate, most_certificate_packets);
    return packets && std::ranges::any_of(*packets, [&](const packet& p) {
               const bool is_key = p.type == packet_type::public_key || p.type == packet_type::public_subkey;
               return is_key && !fingerprint.empty() && fingerprint_of_key(p.body) == fingerprint;
           });
}

bool is_made_by(const signature_facts& made, std::string_view fingerprint) {
    return !made.issuer.empty() && (made.issuer == fingerprint || made.issuer == key_id_of(fingerprint));
}

std::expected<certificate, std::string> read_unproved_certificate(std::string_view binary) {
    const auto packets = walk_packets(binary, most_certificate_packets);
    if (!packets) return std::unexpected(packets.error());
    if (packets->empty() || packets->front().type != packet_type::public_key) return std::unexpected("it is no certificate");
    certificate_reader reader;
    for (const auto& p : *packets)
        if (!reader.read(p)) return std::unexpected("it is no certificate of a known version");
    return reader.take();
}

std::string without_foreign_signatures(std::string_view binary) {
    std::string out;
    const auto packets = walk_packets(binary, most_certificate_packets).value_or(std::vector<packet>{});
    const auto fingerprint = packets.empty() ? std::string{} : fingerprint_of_key(packets.front().body);
    for (const auto& p : packets) {
        const auto made = p.type == packet_type::signature ? read_signature(p.body) : std::nullopt;
        const bool is_own = made && (is_made_by(*made, fingerprint) || made->type == signature_type::key_revocation);
        if (is_own || p.type == packet_type::user_id || p.type == packet_type::public_key ||
            p.type == packet_type::public_subkey)
            out += p.whole;
    }
    return out;
}

std::string merge_unproved(std::string_view known, std::string_view fresh) {
    auto merged = sections_of(known);
    for (auto& one : sections_of(fresh)) {
        const auto same =
            std::ranges::find_if(merged, [&](const section& old) { return old.type == one.type && old.body == one.body; });
        if (same != merged.end()) {
            add_missing(same->packets, one.packets);
            continue;
        }
        // Subkeys stand behind all user ids.
        const auto place = one.type == packet_type::public_subkey
                               ? merged.end()
                               : std::ranges::find(merged, packet_type::public_subkey, &section::type);
        merged.insert(place, std::move(one));
    }
    std::string out;
    for (const auto& one : merged)
        for (const auto whole : one.packets) out += whole;
    return out;
}

} // namespace sealgate::keys
