// The Web Key Directory of somebody's domain as a source of certificates: draft-koch-openpgp-webkey-service section 3.1.
//
// The advanced place is asked first; the direct one only where the host openpgpkey.DOMAIN does not exist in DNS (with a
// proxy, which is not told apart: where the proxy could not connect). A fault there is no reason to go on: the direct place may
// have what is long withdrawn. Of what is published only the user ids of that very address are taken
// (keys/certificates/one_address.hpp), and certificates without one not at all. Nothing is verified here but the host's TLS
// certificate: gpg does that at the import.
//
// A domain that has no such host, or has no such file (404, 410), has none; so has one that answers with what is no
// certificate, as web servers do that have a page for everything; and one whose own host takes no connection, or is another by
// its TLS certificate. Every other answer is a failure: nobody knows then. Blocks, until the deadline.
// Tested by discovery/discovery_test.py.
#pragma once

#include "milter/discovery/source_answer.hpp"

namespace sealgate::milter {

source_answer ask_wkd(https_client& client, const policy::address& whose, std::chrono::steady_clock::time_point deadline);

} // namespace sealgate::milter
