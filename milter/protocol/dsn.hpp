// What a client wants to be told of its mail's delivery: the parameters RET and ENVID of MAIL, NOTIFY and ORCPT of RCPT
// (RFC 3461). Copies that leave beside the message in hand carry them on.
//
// Values stay in the form that they have on the wire. One that the standard does not allow, that is longer than it says, or
// that goes beyond ASCII (RFC 6533) is as none: nothing here may get onto an SMTP command line as it likes. Pure.
#pragma once

#include <string>
#include <string_view>

namespace sealgate::milter {

struct dsn_of_mail {
    std::string ret;   // FULL or HDRS: what a report has of the mail; empty: not said
    std::string envid; // xtext: the sender's own name for the mail; empty: none

    bool operator==(const dsn_of_mail&) const = default;
};

struct dsn_of_recipient {
    std::string notify; // NEVER, or of SUCCESS, FAILURE and DELAY some, with commas; empty: not said
    std::string orcpt;  // "rfc822;" and the recipient as the sender knows them, in xtext; empty: not said

    bool operator==(const dsn_of_recipient&) const = default;
};

// Takes "RET=HDRS"; other parameters are passed over.
void take_parameter(dsn_of_mail& to, std::string_view parameter);
void take_parameter(dsn_of_recipient& to, std::string_view parameter);

// Whether all its values are empty or allowed: of what was not read by take_parameter().
bool is_allowed(const dsn_of_mail&);
bool is_allowed(const dsn_of_recipient&);

// " RET=HDRS ENVID=x", for the end of a command; empty where nothing was said.
std::string parameters(const dsn_of_mail&);
std::string parameters(const dsn_of_recipient&);

// RFC 3461 section 4.1: who does not say FAILURE, and says something, is not told of one.
bool is_told_of_failure(const dsn_of_recipient&);

// RFC 3461 section 4: "+2B" is a plus sign. What cannot be printed comes out as '?'.
std::string printable_xtext(std::string_view xtext);

} // namespace sealgate::milter
