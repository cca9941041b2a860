// What the server's events carry, read from a frame's payload. Each reader takes the whole payload: a string
// without its NUL and surplus bytes give nothing.
//
// Ownership: views live as long as the frame.
#pragma once

#include "milter/transaction.hpp"

#include <optional>
#include <string_view>

namespace sealgate::milter {

struct header_event {
    std::string_view name;
    std::string_view value;
};

// CONNECT: host, family, and unless the family is unknown, port and address.
std::optional<smtp_client> read_connect(std::string_view payload);

// HELO, UNKNOWN: one string.
std::optional<std::string_view> read_line(std::string_view payload);

// MAIL, RCPT: the path, the first of one or more strings. The ESMTP parameters after it say nothing that we
// need.
std::optional<std::string_view> read_path(std::string_view payload);

std::optional<header_event> read_header(std::string_view payload);

} // namespace sealgate::milter
