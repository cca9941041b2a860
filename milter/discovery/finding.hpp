// One look for somebody's certificates at one source, and into the store with what is found, once what is new of it is told.
// Blocks, on the network and for gpg. Tested by e2e/test_found_keys.py.
#pragma once

#include "keys/store/keyring.hpp"
#include "milter/discovery/announcer.hpp"
#include "milter/discovery/resting_servers.hpp"
#include "milter/discovery/source_answer.hpp"
#include "milter/settings/snapshot.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace sealgate::milter {

struct finding {
    lookup_outcome what = lookup_outcome::failed;
    policy::key_source source = policy::key_source::wkd;
    std::vector<keys::imported_certificate> certificates; // as the stores have them now
    std::vector<policy::key_source> changed = {};         // the stores that have something new
    std::string evidence;                                 // the URL, or the mail
    std::string problem;                                  // one line for people, or empty
    std::optional<std::chrono::seconds> retry_after = {}; // the server said so
    std::optional<https_trouble> trouble = {};            // of the connection
    std::string asked = {};                               // the domain, or the keyserver
    bool at_direct_place = false;                         // of a Web Key Directory
};

// Where is looked, and where what is found goes.
struct search {
    discover_settings discover;
    keys::keyring_places places;
    policy::encryption how;
    std::shared_ptr<const keys::keyring> certificates; // that are there already
    audience told = {};
    std::shared_ptr<resting_servers> resting = std::make_shared<resting_servers>();
};

search search_by(const snapshot& live, audience told);

https_settings https_settings_of(const discover_settings& from, std::stop_token given_up = {});

// The keyservers of that source; none for one that has no servers of its own.
const std::vector<std::string>& servers_of(policy::key_source source, const discover_settings& discover);

// What is on in sealgate.yaml, what vouches most first.
std::vector<policy::key_source> sources_on(const discover_settings& discover);

// What is found, and cannot be used, is none. Of a source with several servers, the first that has one. Throws where the store
// cannot be written, or gpg fails.
finding find_certificates(https_client& client, policy::key_source from, const policy::address& whose, const search& by,
                          std::chrono::steady_clock::time_point deadline);

// What the keyservers of that source, vks or hkp, have of a certificate that is known, by its fingerprint: revocations, later
// ends, new subkeys; no other user ids. It is merged into each store that has the certificate. Found: it brings something.
// `whose`: whom what is told of it names.
finding refreshed_by_fingerprint(https_client& client, policy::key_source from, const std::string& fingerprint,
                                 const policy::address& whose, const search& by,
                                 std::chrono::steady_clock::time_point deadline);

// Certificates of somebody, binary, into the store of that source, with its evidence; `evidence` is set. What their owners have
// signed anew goes into other stores that have them too, and into the organisation's: whose word stands for them stays as it
// is. None, where they are not found by that address.
finding take_in(finding of, const std::vector<std::string>& certificates, const policy::address& whose, const search& by);

} // namespace sealgate::milter
