#include "keys/certificates/transferable_key.hpp"

#include "keys/openpgp/packets.hpp"

#include <algorithm>

namespace sealgate::keys {

namespace {

bool is_primary(const packet& p) { return p.type == packet_type::public_key; }

// RFC 9580 section 4.2. The first octet outlives the longest.
bool begins_as_primary(std::string_view binary) {
    const auto first = static_cast<std::uint8_t>(binary.front());
    const auto type = (first & 0x40) != 0 ? first & 0x3f : (first & 0x3c) >> 2;
    return (first & 0x80) != 0 && type == static_cast<int>(packet_type::public_key);
}

std::expected<std::vector<packet>, std::string> walk(std::string_view binary) {
    return walk_packets(binary, most_certificate_packets);
}

} // namespace

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

std::string problem_with_stored(std::string_view binary) {
    const auto packets = walk(binary);
    if (!packets) return packets.error();
    if (packets->empty()) return "it is empty";
    if (std::ranges::any_of(*packets, &is_secret, &packet::type)) return "it holds a secret key";
    if (!is_primary(packets->front())) return "it is no certificate";
    if (std::ranges::count_if(*packets, is_primary) != 1) return "it holds more than one certificate";
    return {};
}

bool may_lack_user_ids(std::string_view binary) {
    if (binary.find_first_not_of('\0') == std::string_view::npos) return true;
    if (!begins_as_primary(binary)) return false;
    const auto walked = walk_as_far_as_possible(binary, most_certificate_packets);
    const auto has = [&](packet_type type) {
        return std::ranges::find(walked.packets, type, &packet::type) != walked.packets.end();
    };
    return !has(packet_type::public_subkey) && (!walked.problem.empty() || !has(packet_type::user_id));
}

std::string_view primary_key_of(std::string_view certificate) {
    const auto walked = walk_as_far_as_possible(certificate, 1).packets;
    return !walked.empty() && is_primary(walked.front()) ? walked.front().whole : std::string_view{};
}

std::uint8_t version_of(std::string_view certificate) {
    const auto walked = walk_as_far_as_possible(certificate, 1).packets;
    const bool is_key = !walked.empty() && is_primary(walked.front()) && !walked.front().body.empty();
    return is_key ? static_cast<std::uint8_t>(walked.front().body.front()) : 0;
}

} // namespace sealgate::keys
