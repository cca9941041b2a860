// What root permits the gateway, once, about one held mail: to decide it anew as released (contrib/design/held_format.md). And
// what the gateway answers. As lines of JSON; what is read is checked before it is believed. Pure.
#pragma once

#include "policy/base/rfc3339.hpp"
#include "policy/mail/address.hpp"
#include "policy/mail/message.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

struct held_permit {
    std::string token;
    std::string queue_id; // of the held mail, and when Postfix took it: queue ids come again
    std::int64_t arrival = 0;
    std::string decision = {};           // the id of the one that held it; empty where nobody knows
    std::string as = {};                 // a classification; empty: what its own tags and near misses say
    std::string user = {};               // who released or refused it, as the log has it
    bool login = false;                  // its sender had logged in
    std::string sender = {};             // as it is handed in
    std::size_t recipients = 0;          // how many: Postfix's queue has who, and they may be ten thousands
    std::string envelope = {};           // envelope_digest() of them
    std::vector<std::string> named = {}; // of a refusal: the first of them, whom its notice names
    std::string content = {};            // content_digest()
    bool has_left_in_part = false;       // by an earlier try, in copies
    wall_time begun = {};
    bool probe = false; // of no held mail: doctor tries whether a port asks the gateway, and nobody gets it (decision 0032)

    bool operator==(const held_permit&) const = default;
};

std::string to_text(const held_permit& permit);
std::expected<held_permit, std::string> parse_permit(std::string_view text);

// That the gateway decided to let it go: what Postfix has under `queue_id` now, in the hold queue again, is the mail as it is
// to leave. `in_copies`: all of it leaves by the outbox, and Postfix has nothing.
struct permit_taken {
    std::string decision;
    std::string queue_id;
    bool in_copies = false;
    wall_time time = {};

    bool operator==(const permit_taken&) const = default;
};

std::string to_text(const permit_taken& taken);
std::expected<permit_taken, std::string> parse_taken(std::string_view text);

// Of who they are, in whatever order: Postfix may have rewritten how it was stored.
std::string envelope_digest(const std::vector<policy::address>& recipients);

// Of what a mail server leaves alone on its way through: the body, whatever its line ends are, and the Subject.
std::string content_digest(const policy::message& mail);

} // namespace sealgate::milter
