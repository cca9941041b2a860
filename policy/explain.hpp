// Reasons as text: the one source of what staff read when a mail is not sent (CONTRACT section 5).
//
// ASCII only, since SMTP replies are. No text quotes a subject or a body: a near miss is named by the tag that was meant.
#pragma once

#include "policy/decide.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// An SMTP reply, RFC 5321 section 4.2, with an enhanced status code (RFC 3463).
struct smtp_reply {
    int code;
    std::string status;
    std::vector<std::string> lines; // without code and status; each short enough for one reply line

    // "550 5.7.1 first line\n550 5.7.1 second line"
    std::string to_string() const;
};

// What the client is told: nothing where the message is accepted.
std::optional<smtp_reply> reply_for(const policy& rules, const facts& known, const decision& made, std::string_view id);

// An address as replies show it.
std::string shown(const address& who);

} // namespace sealgate::policy
