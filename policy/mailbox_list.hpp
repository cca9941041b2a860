// The addresses in an address-list field, RFC 5322 section 3.4: display names and comments dropped, groups opened.
//
// Errors: none. What cannot be read as local@domain is left out; a field that never closes a quote, comment or bracket
// gives what was read before it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

std::vector<std::string> mailbox_addresses(std::string_view field_value);

} // namespace sealgate::policy
