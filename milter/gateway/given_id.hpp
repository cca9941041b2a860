// A Message-ID for mail that came without one (RFC 6409 section 8.3). It says which organisation and which decision, and no
// more. A field that says none, such as an empty one, gives way to it: there is one Message-ID in a mail (RFC 5322
// section 3.6). Pure.
#pragma once

#include "milter/protocol/edits.hpp"
#include "policy/mail/address.hpp"
#include "policy/mail/message.hpp"
#include "policy/rules/policy.hpp"

#include <string>
#include <string_view>

namespace sealgate::milter {

// In angle brackets; below the first domain that the policy names as the organisation's, or the sender's.
std::string new_message_id(const policy::policy& rules, const policy::address& sender, std::string_view decision);

// The message with it, and what makes it so of the one that Postfix has.
policy::message with_message_id(policy::message mail, const std::string& message_id);
void give_message_id(edit_list& edits, const policy::message& mail, const std::string& message_id);

} // namespace sealgate::milter
