// Our answer at the end of a message, and its frames in the order Postfix needs.
//
// An edit_list is a wish about the message as it arrived: every number counts fields as the sender's message
// had them. encode() puts the edits in an order that keeps the numbers true, whatever order they were wished
// in:
//
//     body in one run, changes, deletions from the highest number down, insertions, additions,
//     recipients added, recipients removed, quarantine, verdict
//
// Nothing may come between the pieces of a body, PROGRESS included, or Postfix refuses the rest.
// Refuses, by answering TEMPFAIL and nothing else: edits that the server did not agree to, field names that
// are none, recipients with control characters. Bends field values: see encode(). Ownership: plain values.
#pragma once

#include "milter/protocol/negotiation.hpp"
#include "milter/protocol/reply.hpp"
#include "policy/base/octets.hpp"
#include "policy/mail/message.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

// The number-th field of that name, from 1. The server's own Received field does not count.
struct field_number {
    std::string name;
    std::uint32_t number;
    bool operator==(const field_number&) const = default;
};

struct field_change {
    field_number which;
    std::string value;
    bool operator==(const field_change&) const = default;
};

// A field at a position among all fields, the server's own Received field included: 0 is the very top.
struct field_insertion {
    std::uint32_t position;
    policy::header_field field;
    bool operator==(const field_insertion&) const = default;
};

struct edit_list {
    bool discard = false; // instead of everything else: the server says yes to the client and lets nothing of the mail go on
    std::optional<octets> body = {}; // CRLF line ends, without the empty line after the header
    std::vector<field_change> changes = {};
    std::vector<field_number> deletions = {};
    std::vector<field_insertion> insertions = {};
    std::vector<policy::header_field> additions = {}; // after the last field
    std::vector<std::string> recipients = {};         // to add
    std::vector<std::string> removed_recipients = {}; // as the server named them; one that it does not find stays
    std::optional<std::string> quarantine = {};       // the reason: the mail goes to the hold queue

    bool operator==(const edit_list&) const = default;
};

enum class verdict : std::uint8_t { accept, reject, tempfail };

struct answer {
    verdict final = verdict::tempfail;
    edit_list edits = {};  // sent with `accept` alone
    smtp_reply reply = {}; // of the verdict's class; a malformed one gives the server's standard text
};

// Each of the message's fields, in their order, with its number among those of its name, case-insensitively.
std::vector<field_number> number_fields(const policy::message&);

// Whether the server agreed to all that these edits need.
bool possible(const edit_list&, const agreement&);

// Field values are policy's: everything after the colon, a leading space included or not, folds as LF and
// white space. What could break the header is bent: CR and NUL go, an empty line goes, a line without leading
// white space gets a tab, a byte outside ASCII becomes '?' (Postfix would ask for SMTPUTF8). Encode words
// before they come here.
octet_pieces encode(const answer&, const agreement&);

// Sent while a decision takes long: the server's timeout starts anew.
std::string progress_frame();

} // namespace sealgate::milter
