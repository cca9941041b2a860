// The messages that are attached to a mail: message/rfc822 and message/global, encoded or not, and attached files *.eml, in
// each other down to four. Pure; nothing is parsed where no part can be a message. Tested by tags/forwarded_test.
#pragma once

#include "policy/mail/message.hpp"

#include <functional>
#include <string_view>

namespace sealgate::policy {

// `attached` has its header, and its body or none; `whole` is all of it as it stands. Both live as long as the call.
using attached_visitor = std::function<void(const message& attached, std::string_view whole)>;

// Each of the first hundred, in order.
void visit_attached(const message& mail, const attached_visitor& visit);

} // namespace sealgate::policy
