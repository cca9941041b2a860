// The first line of a copy's file: for whom it waits, and since when (contrib/design/outbox_format.md). Pure.
//
// What is read is checked before it is believed: nothing that stands in a file may get onto an SMTP command line, or become
// a file's name, as it likes.
#pragma once

#include "milter/protocol/dsn.hpp"
#include "policy/base/rfc3339.hpp"

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

struct waiting_recipient {
    std::string address;
    std::string identity;   // 64 lower-case hex digits
    std::string last_reply; // of the last try, or empty
    dsn_of_recipient dsn = {};
};

// "a@x.org, b@y.org"
std::string addresses_of(const std::vector<waiting_recipient>& recipients);

struct copy_head {
    std::string id; // "7Q2KM4XD.1": the directory and the file that it lies in
    std::string decision;
    wall_time created;
    std::string sender; // empty: the null sender
    std::vector<waiting_recipient> recipients;
    unsigned tries = 0;
    wall_time next_try;
    std::uint64_t size = 0; // octets of the message
    dsn_of_mail dsn = {};
};

// With its line end.
std::string head_line(const copy_head& head);
std::expected<copy_head, std::string> parse_head(std::string_view line);

// 64 lower-case hex digits. It becomes a file's name.
bool is_identity(std::string_view text);

// What the id of a copy is made of, "7Q2KM4XD.1": the batch that it was added with, and its number there.
struct copy_id {
    std::string batch;
    std::string number;
};

// Nothing for what is no id.
std::optional<copy_id> parse_copy_id(std::string_view id);
bool is_copy_batch(std::string_view name);
bool is_copy_number(std::string_view name);

} // namespace sealgate::milter
