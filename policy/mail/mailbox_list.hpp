// The addresses in an address-list field, RFC 5322 section 3.4: display names and comments dropped, groups opened.
//
// Errors: none. What cannot be read as local@domain is left out; a field that never closes a quote, comment or bracket
// gives what was read before it.
// Tested by mail/address_test.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

std::vector<std::string> mailbox_addresses(std::string_view field_value);

// Of one address as people write it: "ann@example.org", also as "<ann@example.org>" or "Ann <ann@example.org>". What has no
// brackets comes back trimmed.
std::string bare_address(std::string_view text);

} // namespace sealgate::policy
