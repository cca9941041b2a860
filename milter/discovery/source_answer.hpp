// What a source of certificates answers, and how its HTTP answer becomes that; each source says what is particular to it.
//
// "Found" is a certificate that was read, never a status or a type: servers have a page for everything. "None" is what the
// source says by a status of its own; what nobody can make sense of has failed. Nothing is verified: gpg does that at the
// import. Tested by discovery/discovery_test.py and keyservers_test.py.
#pragma once

#include "milter/discovery/https_client.hpp"
#include "milter/discovery/lookup_outcome.hpp"
#include "policy/mail/address.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

struct source_answer {
    lookup_outcome kind = lookup_outcome::failed;
    std::vector<std::string> certificates;     // binary, one each; at least one if found
    std::string evidence;                      // the URL of the answer, without its query; empty: nothing was answered
    std::string problem;                       // one line for people; of `none` and `found` a remark, or empty
    std::optional<https_trouble> trouble = {}; // what kind of failure, where it is the connection's
    std::optional<std::chrono::seconds> retry_after = {};
    std::string asked = {};       // the domain, or the keyserver
    bool at_direct_place = false; // of a Web Key Directory
};

inline constexpr std::size_t most_certificates_of_one = 10;

// What counts as what, where sources differ.
struct answer_habits {
    lookup_outcome gone = lookup_outcome::none;           // 410
    lookup_outcome no_certificate = lookup_outcome::none; // a 200 that has none in it
    lookup_outcome too_many = lookup_outcome::failed;     // more than most_certificates_of_one are meant: none is taken
};

// Certificates cut to the user ids of that very address (keys/certificates/one_address.hpp); those without one are left out.
source_answer certificates_for(const policy::address& whose, const https_answer& answer, const answer_habits& of);

// The certificate whose primary key has that fingerprint, or else those with such a subkey, as they are: they may have no user
// id, and others' signatures. Anybody can put another's subkey into a certificate. An answer with none of them has failed: it
// is about something else.
source_answer certificates_of_key(std::string_view fingerprint, const https_answer& answer, const answer_habits& of);

// It has failed.
source_answer no_answer(https_problem problem);

// There is nobody to ask, and so nobody has one.
source_answer nobody_to_ask(std::string why);

} // namespace sealgate::milter
