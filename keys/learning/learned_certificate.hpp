// What incoming mail teaches about its author's keys: contract.md section 8, `autocrypt` and `attached`.
//
// Only what the author signed counts: the Autocrypt fields, all of them, if the signature covers so many; the body, if it
// covers all of that. Only user ids of the author's one address are left of a certificate; gpg proves the rest at the import.
// A report (RFC 6522) teaches nothing: programs write those. Pure and linear.
#pragma once

#include "policy/mail/address.hpp"
#include "policy/mail/message.hpp"
#include "policy/rules/vocabulary.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

struct learning_rules {
    bool autocrypt = true, attached = true;
    std::vector<std::string> authserv_ids; // whose Authentication-Results are ours
};

struct learned_certificate {
    policy::key_source source = policy::key_source::autocrypt; // or attached
    policy::address whose;
    std::string fingerprint;
    std::string binary;   // cut to that address
    std::string evidence; // one line: which message, which signature
};

std::vector<learned_certificate> learn(const policy::message& mail, const learning_rules& how);

// What of a message has to be kept to learn from it. `nothing` is most mail, and cheaply said.
enum class lesson_extent : std::uint8_t { nothing, header, whole };
lesson_extent lesson_in(const policy::message& header, const learning_rules& how);

// Whether learn() and lesson_in() look at fields of that name; the order of all of them counts.
bool is_read_to_learn(std::string_view field_name);

} // namespace sealgate::keys
