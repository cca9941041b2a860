// Keyservers that verify addresses as a source of certificates: VKS, https://keys.openpgp.org/about/api.
//
// Such a server publishes an address only after its owner has confirmed it by mail. It says 404 where it has nobody; a 200
// without a certificate, 429 and all else is a failure. Blocks, until the deadline. Tested by discovery/keyservers_test.py.
#pragma once

#include "milter/discovery/source_answer.hpp"

#include <string_view>

namespace sealgate::milter {

// `host`: as keys::keyserver_host() gives it. Certificates are cut to that very address.
source_answer ask_vks(https_client& client, std::string_view host, const policy::address& whose,
                      std::chrono::steady_clock::time_point deadline);

// `fingerprint`: of a primary key or a subkey, 40 or 64 digits of upper-case hex. Certificates come whole; user ids that nobody
// has confirmed are left out by the server, and so may all be.
source_answer ask_vks_by_fingerprint(https_client& client, std::string_view host, std::string_view fingerprint,
                                     std::chrono::steady_clock::time_point deadline);

} // namespace sealgate::milter
