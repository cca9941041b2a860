#include "milter/settings/endpoint.hpp"

#include "policy/base/text.hpp"

#include <boost/asio/ip/address.hpp>

#include <optional>

namespace sealgate::milter {

namespace {

namespace ip = boost::asio::ip;

std::string quoted(std::string_view text) { return "\"" + text::printable(text, 80) + "\""; }

std::vector<std::uint8_t> octets_of(const ip::address& address) {
    if (address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        return {bytes.begin(), bytes.end()};
    }
    if (address.to_v6().is_v4_mapped()) return octets_of(ip::make_address_v4(ip::v4_mapped, address.to_v6()));
    const auto bytes = address.to_v6().to_bytes();
    return {bytes.begin(), bytes.end()};
}

// The mask of the octet at `index` for a prefix of `length` bits.
std::uint8_t mask_at(std::size_t index, unsigned length) {
    const auto first_bit = static_cast<unsigned>(index) * 8;
    if (length >= first_bit + 8) return 0xFF;
    if (length <= first_bit) return 0;
    return static_cast<std::uint8_t>(0xFF00 >> (length - first_bit));
}

} // namespace

std::expected<inet_endpoint, std::string> parse_host_port(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::unexpected(quoted(text) + " is not HOST:PORT");
    auto host = text.substr(0, colon);
    const auto port = text::whole_number<std::uint16_t>(text.substr(colon + 1));
    if (!port || *port == 0) return std::unexpected(quoted(text) + " has no port from 1 to 65535");
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host == "localhost") host = "127.0.0.1";
    boost::system::error_code error;
    const auto address = ip::make_address(std::string(host), error);
    if (error) return std::unexpected(quoted(host) + " is no IP address; write the address, such as 127.0.0.1");
    return inet_endpoint{.address = address.to_string(), .port = *port};
}

std::expected<endpoint, std::string> parse_endpoint(std::string_view text) {
    for (const std::string_view scheme : {"unix:", "local:"}) {
        if (!text.starts_with(scheme)) continue;
        const auto path = text.substr(scheme.size());
        if (path.empty()) return std::unexpected(quoted(text) + " has no path");
        // sockaddr_un holds 108 octets with the NUL.
        if (path.size() > 107) return std::unexpected("the socket path " + quoted(path) + " is longer than 107 octets");
        return unix_endpoint{std::string(path)};
    }
    if (!text.starts_with("inet:"))
        return std::unexpected(quoted(text) + " is no endpoint; write unix:/path/to.sock or inet:127.0.0.1:8894");
    if (text.find('@') != std::string_view::npos)
        return std::unexpected(quoted(text) + " is libmilter's spelling; Postfix and sealgate write inet:HOST:PORT");
    auto where = parse_host_port(text.substr(5));
    if (!where) return std::unexpected(std::move(where.error()));
    return *std::move(where);
}

std::string to_string(const endpoint& where) {
    if (const auto* path = std::get_if<unix_endpoint>(&where)) return "unix:" + path->path;
    const auto& inet = std::get<inet_endpoint>(where);
    const bool v6 = inet.address.find(':') != std::string::npos;
    return "inet:" + (v6 ? "[" + inet.address + "]" : inet.address) + ":" + std::to_string(inet.port);
}

std::expected<network, std::string> parse_network(std::string_view text) {
    const auto slash = text.find('/');
    boost::system::error_code error;
    const auto address = ip::make_address(std::string(text.substr(0, slash)), error);
    if (error) return std::unexpected(quoted(text) + " is no network; write 127.0.0.0/8 or \"::1/128\"");
    network net{.prefix = octets_of(address), .length = 0};
    const auto bits = static_cast<unsigned>(net.prefix.size() * 8);
    const auto length =
        slash == std::string_view::npos ? std::optional(bits) : text::whole_number<unsigned>(text.substr(slash + 1));
    if (!length || *length > bits)
        return std::unexpected(quoted(text) + " has no prefix length from 0 to " + std::to_string(bits));
    net.length = *length;
    for (std::size_t i = 0; i < net.prefix.size(); ++i)
        if ((net.prefix[i] & ~mask_at(i, net.length)) != 0)
            return std::unexpected(quoted(text) + " has bits set behind its prefix length");
    return net;
}

bool contains(const network& net, std::string_view address) {
    boost::system::error_code error;
    const auto parsed = ip::make_address(std::string(address), error);
    if (error) return false;
    const auto octets = octets_of(parsed);
    if (octets.size() != net.prefix.size()) return false;
    for (std::size_t i = 0; i < octets.size(); ++i)
        if ((octets[i] & mask_at(i, net.length)) != net.prefix[i]) return false;
    return true;
}

} // namespace sealgate::milter
