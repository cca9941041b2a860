// Reasons as text: the one source of what staff read when a mail is not sent (CONTRACT section 5).
//
// ASCII only, each line short enough for one reply line, since SMTP replies are. No text quotes a subject or a body: a near miss is named by the tag that was meant.
#pragma once

#include "policy/decide.hpp"
#include "policy/smtp_reply.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sealgate::policy {

// What the client is told: nothing where the message is accepted.
std::optional<smtp_reply> reply_for(const policy& rules, const facts& known, const decision& made, std::string_view id);

// An address as replies show it.
std::string shown(const address& who);

} // namespace sealgate::policy
