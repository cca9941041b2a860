// An SMTP reply, RFC 5321 section 4.2, with an enhanced status code (RFC 3463).
#pragma once

#include <string>
#include <vector>

namespace sealgate::policy {

struct smtp_reply {
    int code = 0;                   // 550
    std::string enhanced;           // "5.7.1"
    std::vector<std::string> lines; // text alone: no codes, no line ends

    bool operator==(const smtp_reply&) const = default;
};

// For people: "550 5.7.1 first line\n550 5.7.1 second line".
std::string to_string(const smtp_reply& reply);

} // namespace sealgate::policy
