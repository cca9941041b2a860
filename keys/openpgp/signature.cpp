#include "keys/openpgp/signature.hpp"

#include "policy/base/bytes.hpp"
#include "policy/base/hex.hpp"

namespace sealgate::keys {

namespace {

enum class area : bool { hashed, unhashed };

// RFC 9580 section 5.2.3.7. What the signature does not cover counts for the issuer alone.
void take_subpacket(std::uint8_t type, std::string_view data, area where, signature_facts& out) {
    bytes::cursor in(data);
    const auto number = [&] { return in.u32().value_or(0); };
    if (type == 33 && data.size() > 1) out.issuer = text::upper_hex(data.substr(1)); // issuer fingerprint, behind its version
    if (type == 16 && out.issuer.empty()) out.issuer = text::upper_hex(data);        // issuer key id
    if (where == area::unhashed) return;
    if (type == 2) out.created = number();
    if (type == 9) out.key_expires = number();
    if (type == 27) out.key_flags = in.u8().value_or(0);
}

bool take_subpackets(bytes::cursor in, area where, signature_facts& out) {
    while (!in.at_end()) {
        std::optional<std::uint32_t> length = in.u8();
        if (*length == 255) {
            length = in.u32();
        } else if (*length >= 192) {
            const auto low = in.u8();
            length = low ? std::optional((*length - 192) * 256 + *low + 192) : std::nullopt;
        }
        const auto whole = length && *length > 0 ? in.take(*length) : std::nullopt;
        if (!whole) return false;
        const auto type = static_cast<std::uint8_t>(static_cast<unsigned char>(whole->front()) & 0x7F); // without "critical"
        take_subpacket(type, whole->substr(1), where, out);
    }
    return true;
}

// RFC 9580 section 5.2.2; GnuPG 1.0 and PGP wrote it.
std::optional<signature_facts> read_version_3(bytes::cursor in) {
    const auto hashed_length = in.u8(), type = in.u8();
    const auto created = in.u32();
    const auto issuer = in.take(8);
    if (!issuer || hashed_length != 5) return std::nullopt;
    return signature_facts{.type = static_cast<signature_type>(*type),
                           .issuer = text::upper_hex(*issuer),
                           .created = *created,
                           .key_flags = {},
                           .key_expires = {}};
}

} // namespace

std::optional<signature_facts> read_signature(std::string_view body) {
    bytes::cursor in(body);
    const auto version = in.u8();
    if (version == 3) return read_version_3(in);
    if (!version || *version < 4 || *version > 6) return std::nullopt;
    const auto type = in.u8();
    if (!in.take(2)) return std::nullopt; // algorithms
    signature_facts out{.type = static_cast<signature_type>(*type), .issuer = {}, .key_flags = {}, .key_expires = {}};
    for (const auto where : {area::hashed, area::unhashed}) {
        const auto length = *version == 6 ? in.u32() : std::optional<std::uint32_t>(in.u16());
        const auto subpackets = length ? in.take(*length) : std::nullopt;
        if (!subpackets || !take_subpackets(bytes::cursor(*subpackets), where, out)) return std::nullopt;
    }
    return out;
}

} // namespace sealgate::keys
