// A mail in Postfix's queue, as postqueue(1) -j and postcat(1) -e show it. What they print has a stranger's addresses in it,
// and is read as such: bounded, in linear time, and never thrown at. Pure.
#pragma once

#include "milter/protocol/dsn.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

struct queue_entry {
    std::string queue; // hold, deferred, active, …
    std::string id;
    std::int64_t arrival = 0; // seconds since 1970
    std::uint64_t size = 0;   // octets
    std::string sender;       // empty: the null sender
    std::vector<std::string> recipients;

    bool is_held() const { return queue == "hold"; }
    bool is_older_than(std::chrono::seconds age, std::chrono::system_clock::time_point now) const;
    bool operator==(const queue_entry&) const = default;
};

// Letters and digits, as Postfix makes them. It becomes an argument of its commands.
bool is_queue_id(std::string_view text);

struct read_queue {
    std::vector<queue_entry> entries;
    std::size_t passed_over = 0; // lines that are none
};

read_queue parse_queue(std::string_view lines);

// How many mails postsuper(1) -d says it removed: it says nothing where it was none.
std::optional<std::size_t> read_removed(std::string_view said);

struct held_recipient {
    std::string address;       // as it goes into RCPT TO
    std::string original = {}; // as the mail server was told it: an alias, say; or empty
    dsn_of_recipient dsn = {};
    bool operator==(const held_recipient&) const = default;
};

// The envelope with which the mail can be handed in again: those recipients who do not have it yet.
struct held_envelope {
    std::string sender;
    std::vector<held_recipient> recipients;
    dsn_of_mail dsn = {};
    bool is_begun = false; // some of its recipients have it already
};

// The error says what is missing. What was a stranger's need not be fit to be sent to a mail server.
std::expected<held_envelope, std::string> parse_envelope(std::string_view printed);

// Why it cannot be handed in; or nothing.
std::optional<std::string> why_not_sent(const held_envelope& envelope);

// Postfix keeps a local part without its quotes: `a b@x.org` is `"a b"@x.org` on the wire (RFC 5321 section 4.1.2).
std::string quoted_address(std::string_view bare);

} // namespace sealgate::milter
