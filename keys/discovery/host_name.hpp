// Names of hosts that may be asked on the Internet: RFC 1123 section 2.1, in A-labels. Pure.
//
// Two labels at least: a name alone is of this network, or is asked of the root servers, whom it does not concern. A last label
// that is a number ("1", "0x7f") makes it an IPv4 address in one of its many spellings, and no name.
// Tested by discovery/wkd_test.
#pragma once

#include <string_view>

namespace sealgate::keys {

bool is_host_name(std::string_view name);

} // namespace sealgate::keys
