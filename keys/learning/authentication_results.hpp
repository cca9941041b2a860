// What our own mail server found out about a message that it took in: Authentication-Results fields, RFC 8601 section 2.2.
//
// Anybody can write such a field. Those of our server name it (authserv-id), and stand above the first Received field: what
// stands below came along with the mail. A filter in front of us has to take out forged ones (RFC 8601 section 5); that cannot
// be seen from here. What cannot be read as the standard has it says nothing: a field with a quote or comment that never ends,
// of another version than 1, a result with a property twice. Pure and linear.
#pragma once

#include "policy/mail/message.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::keys {

struct authentication_property {
    std::string name; // "header.d", lower case
    std::string value;
};

struct authentication_result {
    std::string method; // "dkim", lower case as the result
    std::string result; // "pass"
    std::vector<authentication_property> properties;

    // Nothing where it is not said.
    std::optional<std::string_view> property(std::string_view name) const;
};

struct authentication_results {
    std::string authserv_id;
    std::vector<authentication_result> results;
};

// Of one field's value.
std::optional<authentication_results> read_authentication_results(std::string_view value);

// Of all fields that one of our servers wrote; `authserv_ids` without regard to case.
std::vector<authentication_result> results_of_ours(const policy::message& mail, std::span<const std::string> authserv_ids);

} // namespace sealgate::keys
