// Whether an IP address is one of the public Internet: what strangers may send this machine to. Pure.
//
// A stranger names a host by writing a mail address, or by a redirect, and its DNS says what he likes: 127.0.0.1, the cloud's
// 169.254.169.254, a printer. So everything that IANA's special-purpose registries (RFC 6890) do not call globally reachable is
// refused, and of IPv6 all but 2000::/3. An IPv4 address inside an IPv6 one (mapped, NAT64, 6to4) is judged by itself.
#pragma once

#include "milter/settings/endpoint.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

struct sockaddr;

namespace sealgate::milter {

// Octets in network order, 4 or 16.
using ip_address = std::vector<std::uint8_t>;

// Nothing where it is no IP address.
std::optional<ip_address> address_of(const sockaddr& where);

// As people write it.
std::string text_of(const ip_address& address);

bool is_public(const ip_address& address);

// Public, or in one of these networks.
bool may_be_asked(const ip_address& address, const std::vector<network>& allowed);

} // namespace sealgate::milter
