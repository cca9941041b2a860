// Where keyservers have certificates, by two protocols that are spoken over TLS on port 443 here. Pure.
//
// VKS: the interface of keys.openpgp.org (https://keys.openpgp.org/about/api), which publishes an address only after its owner
// has confirmed it. HKP: draft-ietf-openpgp-hkp, of servers that take any certificate from anybody.
#pragma once

#include "policy/mail/address.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace sealgate::keys {

struct keyserver_place {
    std::string url;
    std::string shown; // the same without who is asked for, for logs

    bool operator==(const keyserver_place&) const = default;
};

// A host as people name it: "keys.openpgp.org", "https://keys.openpgp.org" or "hkps://keys.openpgp.org", in any case, with
// ":443" or "/" behind it. It comes out as a name in A-labels and lower case; or what is wrong with it, one line for people.
std::expected<std::string, std::string> keyserver_host(std::string_view spelled);

// The host is what keyserver_host() gave. Nothing where nobody is to be asked for: no local part, or a domain that is no name
// of a host in the Internet, and so nobody else's business.
std::optional<keyserver_place> vks_place_of(std::string_view host, const policy::address& whose);
std::optional<keyserver_place> hkp_place_of(std::string_view host, const policy::address& whose);

// Of a primary key or a subkey. Nothing where it is not 40 or 64 digits of upper-case hex.
std::optional<keyserver_place> vks_place_of_key(std::string_view host, std::string_view fingerprint);
std::optional<keyserver_place> hkp_place_of_key(std::string_view host, std::string_view fingerprint);

} // namespace sealgate::keys
