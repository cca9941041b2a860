#include "keys/certificates/one_subkey.hpp"

#include "keys/openpgp/packets.hpp"
#include "policy/base/bytes.hpp"
#include "policy/base/digest.hpp"

#include <algorithm>

namespace sealgate::keys {

namespace {

std::string upper(std::string hex) {
    std::ranges::transform(hex, hex.begin(),
                           [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c; });
    return hex;
}

} // namespace

std::string key_fingerprint(std::string_view body) {
    std::string hashed;
    bytes::appender to(hashed);
    if (body.starts_with('\x04')) {
        to.u8(0x99).u16(static_cast<std::uint16_t>(body.size())).raw(body);
        return upper(sha1_hex(hashed));
    }
    if (!body.starts_with('\x06')) return {};
    to.u8(0x9B).u32(static_cast<std::uint32_t>(body.size())).raw(body);
    return upper(sha256_hex(hashed));
}

std::string with_one_subkey(std::string_view certificate, std::string_view fingerprint) {
    const auto packets = walk_packets(certificate, most_certificate_packets);
    if (!packets) return std::string(certificate);
    std::string out;
    bool stays = true; // a subkey's signatures stand behind it
    for (const auto& one : *packets) {
        if (one.type == packet_type::public_subkey) stays = key_fingerprint(one.body) == fingerprint;
        if (stays) out += one.whole;
    }
    return out;
}

} // namespace sealgate::keys
