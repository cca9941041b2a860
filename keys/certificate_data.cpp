#include "keys/certificate_data.hpp"

#include "keys/armor.hpp"
#include "keys/packets.hpp"

#include <algorithm>

namespace sealgate::keys {

namespace {

bool is_primary(const packet& p) { return p.type == packet_type::public_key; }

bool is_secret(const packet& p) { return p.type == packet_type::secret_key || p.type == packet_type::secret_subkey; }

std::expected<std::vector<packet>, std::string> walk(std::string_view binary) {
    return walk_packets(binary, most_certificate_packets);
}

bool looks_binary(std::string_view file) { return !file.empty() && (static_cast<unsigned char>(file.front()) & 0x80) != 0; }

std::string binary_of(std::string_view file) {
    if (looks_binary(file)) return std::string(file);
    std::string out;
    for (const auto& block : read_armor(file).blocks) out += block.data;
    return out;
}

} // namespace

std::expected<std::string, std::string> certificate_data(std::string_view file) {
    auto binary = binary_of(file);
    if (binary.empty()) return std::unexpected("no OpenPGP data in it");
    const auto packets = walk(binary);
    if (!packets) return std::unexpected(packets.error());
    if (std::ranges::any_of(*packets, is_secret))
        return std::unexpected("holds a secret key, which does not belong here: export the certificate alone");
    const auto first = packets->front().type;
    if (first != packet_type::public_key && first != packet_type::signature) return std::unexpected("holds no certificate");
    return binary;
}

std::expected<std::vector<std::string_view>, std::string> split_certificates(std::string_view binary) {
    const auto packets = walk(binary);
    if (!packets) return std::unexpected(packets.error());
    std::vector<std::string_view> out;
    for (const auto& p : *packets) {
        if (is_primary(p)) {
            out.push_back(p.whole);
        } else if (!out.empty()) {
            out.back() = {out.back().data(), out.back().size() + p.whole.size()};
        }
    }
    return out;
}

bool begins_with_revocation(std::string_view binary) {
    const auto packets = walk(binary);
    return packets && !packets->empty() && packets->front().type == packet_type::signature;
}

std::string problem_with_stored(std::string_view binary) {
    const auto packets = walk(binary);
    if (!packets) return packets.error();
    if (packets->empty()) return "it is empty";
    if (std::ranges::any_of(*packets, is_secret)) return "it holds a secret key";
    if (!is_primary(packets->front())) return "it is no certificate";
    if (std::ranges::count_if(*packets, is_primary) != 1) return "it holds more than one certificate";
    return {};
}

std::size_t count_unknown_versions(std::string_view binary) {
    const auto packets = walk(binary);
    if (!packets) return 0;
    const auto unknown = [](const packet& p) { return is_primary(p) && !p.body.empty() && p.body.front() != 4; };
    return static_cast<std::size_t>(std::ranges::count_if(*packets, unknown));
}

} // namespace sealgate::keys
