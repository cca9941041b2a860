// Where the Web Key Directory of a domain has somebody's certificate: draft-koch-openpgp-webkey-service section 3.1. Pure.
//
// The advanced place is asked first; the direct one only if the advanced one's host does not exist in DNS. The local part's
// hash is of its UTF-8 with A to Z alone in lower case: with all of Unicode, U+212A (KELVIN SIGN) would become "k".
#pragma once

#include "policy/mail/address.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::keys {

struct wkd_names {
    std::string hash; // 32 characters: the file's name
    std::string advanced_url;
    std::string direct_url;
};

// Nothing where there is nobody to ask: no local part, no domain, an address literal, a domain that is no name of a host.
std::optional<wkd_names> wkd_names_of(const policy::address& whose);

// RFC 6189 section 5.1.6, of whole groups of five octets.
std::string z_base_32(std::string_view octets);

// Whether a file of that name may be somebody's: 32 characters of z-base-32.
bool is_wkd_hash(std::string_view name);

} // namespace sealgate::keys
