#include "milter/discovery/public_address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <span>

namespace sealgate::milter {

namespace {

using octets = std::span<const std::uint8_t>;

struct special {
    std::array<std::uint8_t, 4> prefix;
    unsigned length; // bits
};

// Not globally reachable, or for what nobody serves anything on.
constexpr std::array special_v4{
    special{{0, 0, 0, 0}, 8},      special{{10, 0, 0, 0}, 8},     special{{100, 64, 0, 0}, 10}, special{{127, 0, 0, 0}, 8},
    special{{169, 254, 0, 0}, 16}, special{{172, 16, 0, 0}, 12},  special{{192, 0, 0, 0}, 24},  special{{192, 0, 2, 0}, 24},
    special{{192, 88, 99, 0}, 24}, special{{192, 168, 0, 0}, 16}, special{{198, 18, 0, 0}, 15}, special{{198, 51, 100, 0}, 24},
    special{{203, 0, 113, 0}, 24}, special{{224, 0, 0, 0}, 3}, // multicast, reserved, broadcast
};
// Of 2000::/3: Teredo, ORCHID and benchmarks in 2001::/23, and two for documentation.
constexpr std::array special_v6{
    special{{0x20, 0x01, 0, 0}, 23},
    special{{0x20, 0x01, 0x0d, 0xb8}, 32},
    special{{0x3f, 0xff, 0, 0}, 20},
};
constexpr special global_unicast{{0x20, 0, 0, 0}, 3};

std::uint32_t front_of(octets address) {
    return std::uint32_t{address[0]} << 24 | std::uint32_t{address[1]} << 16 | std::uint32_t{address[2]} << 8 | address[3];
}

bool is_in(octets address, const special& net) { return (front_of(address) ^ front_of(net.prefix)) >> (32 - net.length) == 0; }

bool is_in_one_of(octets address, std::span<const special> nets) {
    return std::ranges::any_of(nets, [&](const special& net) { return is_in(address, net); });
}

// The IPv4 address to which packets for this one go in the end; empty: none.
octets v4_inside(octets v6) {
    constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, // RFC 4291 section 2.5.5.2
        nat64{0, 0x64, 0xff, 0x9b};                                                          // RFC 6052 section 2.1
    const auto front = v6.first(12);
    if (std::ranges::equal(front, mapped) || std::ranges::equal(front, nat64)) return v6.subspan(12);
    if (v6[0] == 0x20 && v6[1] == 0x02) return v6.subspan(2, 4); // 6to4: RFC 3056
    return {};
}

ip_address judged(const ip_address& address) {
    const auto inside = address.size() == 16 ? v4_inside(address) : octets{};
    return inside.empty() ? address : ip_address(inside.begin(), inside.end());
}

} // namespace

std::optional<ip_address> address_of(const sockaddr& where) {
    const auto copied = [](const auto& from) {
        const auto* first = reinterpret_cast<const std::uint8_t*>(&from);
        return ip_address(first, first + sizeof from);
    };
    if (where.sa_family == AF_INET) return copied(reinterpret_cast<const sockaddr_in&>(where).sin_addr);
    if (where.sa_family == AF_INET6) return copied(reinterpret_cast<const sockaddr_in6&>(where).sin6_addr);
    return std::nullopt;
}

std::string text_of(const ip_address& address) {
    std::array<char, INET6_ADDRSTRLEN> out{};
    const bool is_v4 = address.size() == 4;
    if (!is_v4 && address.size() != 16) return {};
    const auto* text = ::inet_ntop(is_v4 ? AF_INET : AF_INET6, address.data(), out.data(), out.size());
    return text == nullptr ? std::string{} : std::string(text);
}

bool is_public(const ip_address& address) {
    const auto seen = judged(address);
    if (seen.size() == 4) return !is_in_one_of(seen, special_v4);
    return seen.size() == 16 && is_in(seen, global_unicast) && !is_in_one_of(seen, special_v6);
}

bool may_be_asked(const ip_address& address, const std::vector<network>& allowed) {
    const auto text = text_of(judged(address));
    return is_public(address) || std::ranges::any_of(allowed, [&](const network& net) { return contains(net, text); });
}

} // namespace sealgate::milter
