// A record of the audit log as a line for a syslog server: RFC 5424, with one element of structured data.
//
// The line is for finding and counting, in at most 2048 octets (RFC 5425 section 4.3.1): what had to be left out is named in
// `cut`. Whoever needs the whole record finds it in the log by `seq`. The fields stand in contrib/design/audit_format.md. Pure.
// Tested by audit/syslog_line_test.
#pragma once

#include "policy/audit/chain.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sealgate::policy {

constexpr std::size_t longest_syslog_line = 2048; // octets

// As what listens at /dev/log reads it, there is no RFC 5424: the header is that of syslog(3), without a time.
enum class syslog_form : std::uint8_t { rfc5424, rfc3164 };

struct syslog_origin {
    std::string host;    // its name
    std::string gateway; // gateway.name
    int process = 0;
};

// Without a line's end. A record that cannot be read is a line all the same, which says where it stands.
std::string syslog_line(const link& at, std::string_view record, const syslog_origin& from, syslog_form form);

} // namespace sealgate::policy
