// HKP keyservers as a source of certificates, over TLS alone: draft-ietf-openpgp-hkp.
//
// Anybody can upload a certificate for any address there: what is found says nothing of whose it is. What is read is what
// servers really answer. onak says 200 to everything: armor behind a <pre>, "Key not found", an error's page, nothing at all
// where its data base is broken; and it finds every certificate with all the words of an address in it. So a 200 without a
// certificate is "none" by these words alone, and else a failure, as is every status but 404. Of an address with more than ten
// certificates none is taken: there is no telling which is meant, and asking again would not help. Blocks, until the deadline.
// Tested by discovery/keyservers_test.py.
#pragma once

#include "milter/discovery/source_answer.hpp"

#include <string_view>

namespace sealgate::milter {

// `host`: as keys::keyserver_host() gives it. Certificates are cut to that very address.
source_answer ask_hkp(https_client& client, std::string_view host, const policy::address& whose,
                      std::chrono::steady_clock::time_point deadline);

// `fingerprint`: of a primary key or a subkey, 40 or 64 digits of upper-case hex. Certificates come whole.
source_answer ask_hkp_by_fingerprint(https_client& client, std::string_view host, std::string_view fingerprint,
                                     std::chrono::steady_clock::time_point deadline);

} // namespace sealgate::milter
