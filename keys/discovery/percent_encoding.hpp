// Octets in a path or a query of a URL: RFC 3986 section 2.1. Pure. Tested by discovery/wkd_test and keyserver_test.
#pragma once

#include <string>
#include <string_view>

namespace sealgate::keys {

// All but the unreserved characters of section 2.3, which never need it.
std::string percent_encoded(std::string_view octets);

} // namespace sealgate::keys
