#include "keys/openpgp/key_of_zeros.hpp"

#include "keys/openpgp/packets.hpp"
#include "policy/base/hex.hpp"
#include "policy/crypto/aes.hpp"
#include "policy/crypto/digest.hpp"

#include <cstddef>
#include <string>

namespace sealgate::keys {

namespace {

constexpr std::size_t block = 16, prefix_size = block + 2, mdc_size = 22; // octets; RFC 9580 section 5.13.1
constexpr std::string_view mdc_head = "\xd3\x14";

std::string decipher(std::string_view octets) {
    static const std::string zeros(32, '\0');
    return decipher_aes256_cfb(zeros, octets);
}

bool repeats_its_end(std::string_view prefix) { return prefix.substr(block - 2, 2) == prefix.substr(block, 2); }

bool has_its_check(std::string_view plain) {
    const auto covered = plain.substr(0, plain.size() - mdc_size + mdc_head.size());
    return covered.ends_with(mdc_head) && sha1_hex(covered) == text::lower_hex(plain.substr(covered.size()));
}

std::string content_of(const packet& data) {
    std::string out;
    out.reserve(data.size);
    for_each_chunk(data, [&](std::string_view chunk) { out += chunk; });
    return out;
}

} // namespace

bool opens_with_key_of_zeros(std::string_view message) {
    const auto packets = walk_packets(message, most_message_packets);
    if (!packets || packets->empty()) return false;
    const auto& data = packets->back();
    if (data.type != packet_type::seipd || data.size < 1 + prefix_size + mdc_size || !data.body.starts_with('\1')) return false;
    const auto head = data.body.substr(1, prefix_size);
    if (head.size() == prefix_size && !repeats_its_end(decipher(head))) return false;
    const auto plain = decipher(std::string_view(content_of(data)).substr(1));
    return repeats_its_end(plain) && has_its_check(plain);
}

} // namespace sealgate::keys
