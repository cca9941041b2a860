// Mailboxes in the fields of mails that we write: RFC 5322 section 3.4. Pure.
// Tested by notices/message_test.
#pragma once

#include "policy/mail/address.hpp"

#include <string>
#include <string_view>

namespace sealgate::policy {

// "<ann@example.org>": in A-labels where that makes it ASCII, else as it is (RFC 6532).
std::string mailbox(const address& who);

// Of ourselves, with a name and folded; the null address is the mail server's own.
std::string own_mailbox(std::string_view name, const address& who);

} // namespace sealgate::policy
