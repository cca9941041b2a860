// Where sealgate listens and whom it trusts, as the configuration spells it.
//
// Endpoints are in Postfix's own spelling: unix:PATH (or local:PATH), inet:HOST:PORT, inet:[IPV6]:PORT. libmilter's reverse
// spelling (inet:PORT@HOST) is refused with a hint. HOST is an address or "localhost".
// Tested by settings/config_test.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sealgate::milter {

struct unix_endpoint {
    std::string path;
    bool operator==(const unix_endpoint&) const = default;
};

struct inet_endpoint {
    std::string address; // numeric
    std::uint16_t port = 0;
    bool operator==(const inet_endpoint&) const = default;
};

using endpoint = std::variant<unix_endpoint, inet_endpoint>;

std::expected<endpoint, std::string> parse_endpoint(std::string_view text);

// "HOST:PORT" or "[IPV6]:PORT", without the inet: before it.
std::expected<inet_endpoint, std::string> parse_host_port(std::string_view text);

std::string to_string(const endpoint& where);

// A network in CIDR form: "127.0.0.0/8", "::1/128"; a bare address is itself.
struct network {
    std::vector<std::uint8_t> prefix; // 4 or 16 octets, host bits zero
    unsigned length = 0;              // bits
};

std::expected<network, std::string> parse_network(std::string_view text);

// An IPv4-mapped IPv6 address counts as its IPv4 address. False for what is no address.
bool contains(const network& net, std::string_view address);

} // namespace sealgate::milter
