#include "keys/openpgp/signature.hpp"

#include "policy/base/bytes.hpp"
#include "policy/base/hex.hpp"

namespace sealgate::keys {

namespace {

// RFC 9580 section 5.2.3.7: type and data. Nothing at the end of the area, or where it is broken.
std::optional<std::string_view> next_subpacket(bytes::cursor& area) {
    std::optional<std::uint32_t> length = area.u8();
    if (length == 255u) {
        length = area.u32();
    } else if (length >= 192u) {
        const auto low = area.u8();
        length = low ? std::optional((*length - 192) * 256 + *low + 192) : std::nullopt;
    }
    return length && *length > 0 ? area.take(*length) : std::nullopt;
}

// Without "critical".
int type_of(std::string_view subpacket) { return static_cast<unsigned char>(subpacket.front()) & 0x7F; }

void take_facts(std::string_view area, signature_facts& out) {
    bytes::cursor in(area);
    while (const auto one = next_subpacket(in)) {
        bytes::cursor data(one->substr(1));
        const auto number = [&] { return data.u32().value_or(0); };
        switch (type_of(*one)) {
        case 2: out.created = number(); break;
        case 3: out.lasts = number(); break;
        case 9: out.key_expires = number(); break;
        case 27: out.key_flags = data.u8().value_or(0); break;
        default: break;
        }
    }
}

// A fingerprint says more than a key id.
std::string issuer_in(std::string_view area) {
    std::string out;
    bytes::cursor in(area);
    while (const auto one = next_subpacket(in)) {
        const auto type = type_of(*one);
        const auto data = one->substr(1);
        if (type == 16 && data.size() == 8 && out.empty()) out = text::upper_hex(data);
        if (type == 33 && (data.size() == 1 + 20 || data.size() == 1 + 32))
            out = text::upper_hex(data.substr(1)); // and version
    }
    return out;
}

// RFC 9580 section 5.2.2; GnuPG 1.0 and PGP wrote it.
std::optional<signature_facts> read_version_3(bytes::cursor in) {
    const auto hashed_length = in.u8(), type = in.u8();
    const auto created = in.u32();
    const auto issuer = in.take(8);
    const auto algorithm = in.u8(), digest = in.u8();
    if (!algorithm || !digest || hashed_length != 5) return std::nullopt;
    return signature_facts{.type = static_cast<signature_type>(*type),
                           .digest = *digest,
                           .issuer = text::upper_hex(*issuer),
                           .created = *created,
                           .key_flags = {},
                           .key_expires = {}};
}

} // namespace

bool is_certification(signature_type type) {
    return type >= signature_type::generic_certification && type <= signature_type::positive_certification;
}

std::optional<signature_facts> read_signature(std::string_view body) {
    bytes::cursor in(body);
    const auto version = in.u8();
    if (version == 3) return read_version_3(in);
    if (!version || *version < 4 || *version > 6) return std::nullopt;
    const auto type = in.u8(), algorithm = in.u8(), digest = in.u8();
    const auto take_area = [&] {
        const auto length = *version == 6 ? in.u32() : std::optional<std::uint32_t>(in.u16());
        return length ? in.take(*length) : std::nullopt;
    };
    const auto hashed = take_area(), unhashed = take_area();
    if (!algorithm || !hashed || !unhashed) return std::nullopt;
    signature_facts out{.type = static_cast<signature_type>(*type),
                        .digest = *digest,
                        .issuer = issuer_in(*hashed),
                        .key_flags = {},
                        .key_expires = {}};
    if (out.issuer.empty()) out.issuer = issuer_in(*unhashed);
    take_facts(*hashed, out);
    return out;
}

} // namespace sealgate::keys
