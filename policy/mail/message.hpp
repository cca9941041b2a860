// A message as the milter protocol hands it over: header fields in order and a body, both byte for byte.
//
// A field's value is everything after the colon, the leading space included; folds are a single LF before the
// continuation's white space (milter reference 1.8). The body's line ends are CRLF as received.
// Ownership: plain values; the body is shared by all copies. Nothing here is validated; every byte is the sender's.
#pragma once

#include "policy/base/octets.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct header_field {
    std::string name;
    std::string value;
    bool operator==(const header_field&) const = default;
};

struct message {
    std::vector<header_field> fields;
    octets body;
    bool operator==(const message&) const = default;
};

// The values of all fields of that name, case-insensitively, in order. They live as long as the message.
std::vector<std::string_view> field_values(const message& mail, std::string_view name);

// RFC 5322 section 2.2.3: the folds undone (LF before white space is dropped, the white space kept), ends trimmed.
std::string unfolded(std::string_view value);

// Whether a field describes the body: Content-* (RFC 2045 section 9).
bool describes_body(std::string_view field_name);

// The first Message-ID field, unfolded; nothing where there is none.
std::optional<std::string> message_id(const message& mail);

// The line at the front with its fold lines; the line end is taken, and stays inside where a fold follows.
std::string_view take_folded_line(std::string_view& rest);

// Reads a message file (RFC 5322; LF or CRLF line ends; a byte order mark and an mbox "From " line, quoted or
// not, are passed over). A line before the first empty
// line that is no field ends the header, as Postfix does it. Never fails.
message parse_message(std::string_view file);

// Bytes of the whole message on the wire: RFC 5322 fields with CRLF, the empty line, the body.
std::size_t size_of(const message& mail);

// One field on the wire: folds are a lone LF in the message, and CRLF here. A CR of the value's own is left out.
void append_field(std::string& out, const header_field& field);

// These fields on the wire, one behind the other.
std::string fields_on_wire(std::span<const header_field> fields);

// The whole message on the wire: its header, and the body that it shares.
octet_pieces to_wire(const message& mail);

// Addresses in To and Cc (and their Resent- forms), as `local@domain` spelled, groups opened, comments dropped
// (RFC 5322 section 3.4). What cannot be read as an address is left out.
std::vector<std::string> visible_recipients(const message& mail);

} // namespace sealgate::policy
