// What `sealgate setup` writes: sealgate.yaml and policy.yaml, made of the files that ship and of a few answers. Pure.
#pragma once

#include "milter/settings/endpoint.hpp"
#include "policy/rules/vocabulary.hpp"

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

// What nobody but the administrator knows.
struct setup_answers {
    std::vector<std::string> domains; // the organisation's own
    std::string from;                 // the sender of notices, who hears of held mail and of keys that end
    policy::mode mode = policy::mode::monitor;
};

// What Postfix says.
struct setup_facts {
    std::string socket;                // where the gateway is to listen
    std::string state;                 // its directory
    inet_endpoint submit, held_submit; // ports of Postfix
    std::vector<std::string> networks; // of clients that may send without a login
    std::uint64_t message_size = 0;    // octets
};

// A domain, an address as they may stand in these files; the error says what is wrong.
std::expected<std::string, std::string> read_domain(std::string_view typed);
std::expected<std::string, std::string> read_mail_address(std::string_view typed);

std::string first_gateway_file(const setup_answers& answers, const setup_facts& facts);
std::string first_policy_file(const setup_answers& answers);

// Its first line says that setup wrote it, and a digest of the rest: what nobody has changed since may be written anew.
std::string with_mark(std::string_view content);
bool is_unchanged_since_setup(std::string_view content);

} // namespace sealgate::milter
