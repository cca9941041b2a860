#include "keys/openpgp/packet_text.hpp"

#include "keys/openpgp/session_key.hpp"

#include <fmt/format.h>

#include <ranges>
#include <utility>

namespace sealgate::keys {

namespace {

unsigned octet_at(std::string_view bytes, std::size_t at) {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0;
}

// RFC 9580 section 9.1; those that can encrypt.
std::string_view public_key_algorithm(unsigned number) {
    switch (number) {
    case 1:
    case 2: return "RSA";
    case 16: return "Elgamal";
    case 18: return "ECDH";
    case 25: return "X25519";
    case 26: return "X448";
    default: return "unknown algorithm";
    }
}

std::string pkesk_text(const packet& one) {
    const auto content = read_pkesk(one.body);
    if (!content) return fmt::format("PKESK version {} that cannot be read", octet_at(one.body, 0));
    const auto reader = content->key_id == hidden_key_id ? "a hidden key" : "key " + content->key_id;
    return fmt::format("PKESK version {} for {}, {}", content->version, reader, public_key_algorithm(content->algorithm));
}

std::string skesk_text(const packet& one) {
    const auto outcome = read_skesk(one.body) ? "for a passphrase" : "that cannot be read";
    return fmt::format("SKESK version {} {}", octet_at(one.body, 0), outcome);
}

std::string_view kind_of(packet_type type) {
    using enum packet_type;
    switch (type) {
    case pkesk: return "PKESK";
    case signature: return "signature";
    case skesk: return "SKESK";
    case one_pass_signature: return "one-pass signature";
    case secret_key: return "secret key";
    case public_key: return "public key";
    case secret_subkey: return "secret subkey";
    case compressed: return "compressed data, not encrypted";
    case sed: return "encrypted data without integrity protection";
    case marker: return "marker";
    case literal: return "literal data, not encrypted";
    case trust: return "trust";
    case user_id: return "user id";
    case public_subkey: return "public subkey";
    case user_attribute: return "user attribute";
    case seipd: return "SEIPD";
    case ocb: return "OCB encrypted data (LibrePGP)";
    case padding: return "padding";
    }
    return "packet of an unknown type";
}

} // namespace

std::string describe(const packet& one) {
    if (one.type == packet_type::pkesk) return pkesk_text(one);
    if (one.type == packet_type::skesk) return skesk_text(one);
    if (one.type == packet_type::seipd) return fmt::format("SEIPD version {}, {} octets", octet_at(one.body, 0), one.size);
    return fmt::format("{}, {} octets", kind_of(one.type), one.size);
}

std::vector<std::string> describe_packets(std::string_view bytes, std::size_t most) {
    std::vector<std::string> out;
    auto [packets, problem] = walk_as_far_as_possible(bytes, most_message_packets);
    for (const auto& one : packets | std::views::take(most)) out.push_back(describe(one));
    if (packets.size() > most) out.push_back(fmt::format("and {} more packets", packets.size() - most));
    if (!problem.empty()) out.push_back(std::move(problem));
    return out;
}

} // namespace sealgate::keys
