#include "milter/key_commands/find.hpp"

#include "keys/base/clock.hpp"
#include "keys/base/files.hpp"
#include "milter/discovery/finding.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/base/text.hpp"
#include "policy/mail/address.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <stdexcept>

namespace sealgate::milter {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds patience{20};

void print_as_json(const policy::address& whose, const finding& found) {
    json::array fingerprints;
    for (const auto& [cert, what] : found.certificates) fingerprints.push_back(json::string(cert.fingerprint));
    std::cout << text::printable_json(json::serialize(json::object{{"address", text::printable(whose.spelled)},
                                                                   {"outcome", policy::name_of(found.what)},
                                                                   {"source", policy::name_of(found.source)},
                                                                   {"fingerprints", std::move(fingerprints)},
                                                                   {"evidence", found.evidence},
                                                                   {"problem", found.problem}}))
              << '\n';
}

void print(const policy::address& whose, const finding& found) {
    const auto who = text::printable(whose.spelled);
    for (const auto& [cert, what] : found.certificates)
        std::cout << "found  " << cert.fingerprint << "  " << name_of(keys::state_at(cert, keys::this_second())) << "  " << who
                  << "  " << found.evidence << '\n';
    const auto why = found.problem.empty() ? std::string{} : " (" + found.problem + ")";
    switch (found.what) {
    case lookup_outcome::found: break;
    case lookup_outcome::none: complain(who + ": no certificate is published" + why); break;
    case lookup_outcome::failed: complain(who + ": whether one is published could not be found out" + why); break;
    }
}

bool has_usable(const finding& found) {
    return std::ranges::any_of(found.certificates, [](const auto& one) {
        return keys::state_at(one.cert, keys::this_second()) == policy::key_state::usable;
    });
}

} // namespace

int find_published(const key_desk& desk, const invocation& called) {
    try {
        keys::make_private_directory(desk.gateway.found_keys_directory());
        https_client client(https_settings_of(desk.gateway.discover));
        int status = exit_yes;
        for (const auto& word : called.words) {
            const auto whose = policy::parse_address(word);
            const auto found = find_certificates(client, whose, key_places(desk.gateway), desk.how,
                                                 std::chrono::steady_clock::now() + patience);
            desk.events.leave_found(found, whose);
            called.json() ? print_as_json(whose, found) : print(whose, found);
            if (!has_usable(found)) status = exit_no;
        }
        return status;
    } catch (const std::runtime_error& problem) {
        complain(problem.what());
        return exit_unusable;
    }
}

} // namespace sealgate::milter
