// An envelope address, RFC 5321 section 4.1.2, as policy and key lookup need it.
//
// Accepts what Postfix hands to filters: "<a@b>", "a@b" (local submission has no brackets), "<>" and "" (null sender),
// source routes (dropped), quoted local parts, IDN domains in either form, white space around the halves. Never
// fails: what cannot be read keeps its spelling, has no domain and is therefore of no known tier. A name alone ("root") is
// complete as it is.
#pragma once

#include <string>
#include <string_view>

namespace sealgate::policy {

struct address {
    std::string spelled; // as received, without the angle brackets
    std::string local;   // unquoted
    std::string domain;  // A-labels, lower case, no trailing dot; empty where there is none that can be read

    bool is_null() const { return spelled.empty(); }

    // A name alone, as programs write it: "root", "jean.dupont". A mail server completes it with a domain of its own
    // (Postfix: append_at_myorigin), and routes it nowhere else.
    bool is_unqualified() const;

    // True where a mail server may send the mail elsewhere than the domain says: bob%yahoo.com@example.org,
    // yahoo.com!bob@example.org, "bob@yahoo.com"@example.org (Postfix: allow_percent_hack, swap_bangpath,
    // resolve_dequoted_address), and where the domain cannot be read.
    bool may_be_rerouted() const;

    // `local@domain`, ASCII letters in lower case: what certificates' user ids are compared with.
    std::string key() const;

    bool operator==(const address&) const = default;
};

address parse_address(std::string_view path);

// A spelling as mail servers read it (RFC 5321 section 4.1.2): without white space around its two halves, and without a
// backslash outside of quotes before what needs none. As it is where it would need quotes.
std::string without_blanks(std::string_view spelled);

// "kay+news@example.org" to "kay@example.org" where one of the delimiters is +, as Postfix's recipient_delimiter has it: the
// first of them in the local part ends it. Of address keys. Empty where there is no extension.
std::string without_extension(std::string_view address_key, std::string_view delimiters);

// UTS 46: the domain in A-labels and lower case, without a trailing dot; empty if it is no domain name.
// An address literal ("[192.0.2.1]") comes back as it is.
std::string canonical_domain(std::string_view domain);

// A domain, or an address with one, for people: "xn--bcher-kva.example" as "bücher.example (xn--bcher-kva.example)", since
// what looks alike may be another one. As it is where it has no A-labels, or none that can be read.
std::string readable(std::string_view domain_or_address);

// False for what must not reach an SMTP command line: control characters, angle brackets and spaces outside
// quotes, broken UTF-8, more than 1000 octets, nothing.
bool is_envelope_address(std::string_view address);

} // namespace sealgate::policy
