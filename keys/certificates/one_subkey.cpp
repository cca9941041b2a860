#include "keys/certificates/one_subkey.hpp"

#include "keys/certificates/unproved.hpp"
#include "keys/openpgp/packets.hpp"
#include "policy/base/bytes.hpp"

#include <algorithm>

namespace sealgate::keys {

std::string with_one_subkey(std::string_view certificate, std::string_view fingerprint) {
    const auto packets = walk_packets(certificate, most_certificate_packets);
    if (!packets) return std::string(certificate);
    std::string out;
    bool stays = true; // a subkey's signatures stand behind it
    for (const auto& one : *packets) {
        if (one.type == packet_type::public_subkey) stays = fingerprint_of_key(one.body) == fingerprint;
        if (stays) out += one.whole;
    }
    return out;
}

} // namespace sealgate::keys
