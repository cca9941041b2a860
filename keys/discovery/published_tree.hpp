// The Web Key Directory of the organisation's own domains: which file of it holds what (draft-koch-openpgp-webkey-service
// sections 3.1 and 4.5), as gpg-wks-client -C makes it. One tree serves the advanced place and the direct one. Pure.
//
// A file is about one address. It has each certificate that names it, cut down to the user ids of that address and to what its
// owner signed last: who asks for bob@ is told of nobody else. A revoked certificate stands there, so that others learn of it;
// one that cannot be used for another reason is left out.
#pragma once

#include "keys/certificates/lookup.hpp"
#include "policy/mail/address.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

struct published_certificate {
    std::string fingerprint;
    time_point created;
    bool revoked = false;
    std::string octets; // what of it is about the address
};

struct published_file {
    std::string address;                             // as policy::address::key() gives it
    std::string domain;                              // of it, in A-labels: the folder
    std::vector<published_certificate> certificates; // what can be used first, and of that the newest

    std::string content() const;
};

struct unpublished_certificate {
    std::string fingerprint;
    policy::key_state state;
    std::vector<std::string> addresses; // the organisation's
};

struct published_tree {
    std::map<std::string, published_file> files; // by path: "example.org/hu/HASH"
    std::vector<unpublished_certificate> left_out;
};

// Puts a certificate where it belongs. `is_ours`: whether an address is of a domain of the organisation.
void publish(published_tree& into, const stored_certificate& one, const std::function<bool(const policy::address&)>& is_ours,
             time_point now);

// What stands in the file `policy` beside `hu/` (section 4.5): without it, some take the domain for one that publishes nothing.
std::string published_policy(std::string_view domain);

} // namespace sealgate::keys
