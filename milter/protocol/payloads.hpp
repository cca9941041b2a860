// What the server's events carry, read from a frame's payload. Each reader takes the whole payload: a string
// without its NUL and surplus bytes give nothing.
//
// Ownership: views live as long as the frame.
// Tested by protocol/session_test.
#pragma once

#include "milter/protocol/transaction.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace sealgate::milter {

struct envelope_event {
    std::string_view path;
    std::vector<std::string_view> parameters; // ESMTP, as the client said them; none of mail that programs submit locally
};

struct header_event {
    std::string_view name;
    std::string_view value;
};

// CONNECT: host, family, and unless the family is unknown, port and address.
std::optional<connected_client> read_connect(std::string_view payload);

// HELO, UNKNOWN: one string.
std::optional<std::string_view> read_line(std::string_view payload);

// MAIL, RCPT: the path, then any number of parameters.
std::optional<envelope_event> read_envelope(std::string_view payload);

std::optional<header_event> read_header(std::string_view payload);

} // namespace sealgate::milter
