// What gpg makes of the files in the key store, and what can be told of those it makes nothing of.
//
// Effects: gpg runs. gpg_broken is thrown where the fault is gpg's and not the files'.
// Tested by store/store_test and reread_test.
#pragma once

#include "keys/certificates/certificate.hpp"
#include "keys/certificates/lookup.hpp"
#include "keys/certificates/self_signatures.hpp"
#include "keys/gnupg/gpg.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sealgate::keys {

struct stored_file {
    std::string fingerprint; // by its name
    std::string content;
};

struct read_files {
    std::vector<stored_certificate> certificates;                   // in the order of the files, complete and tried
    std::vector<std::pair<const stored_file*, std::string>> unused; // and why
};

// The files are in the order of their fingerprints.
read_files read_stored(const gpg_options& options, const std::vector<stored_file>& files);

// Adds what gpg does not say of a certificate.
void complete(certificate& cert, const self_signatures& made);

// When a certificate, which is complete, may be another: something in it is made later than now.
std::optional<time_point> first_turn(const certificate& cert, const self_signatures& made, time_point now);

// Why gpg does not know now whose a certificate is that it took at its import; or nothing.
std::string doubt_about(const certificate& cert, time_point now);

// What looks like an address in a file that nobody can read otherwise: better one too many. As policy::address::key() gives it.
std::vector<std::string> addresses_in(std::string_view octets);

} // namespace sealgate::keys
