// The handbook as one HTML page: no script, nothing to fetch, for a desk, a phone, a dark room and two sheets of A4. What
// colours say is said by words and drawings too. Tested by handbook/handbook_test and e2e/test_handbook.py.
#pragma once

#include "policy/handbook/content.hpp"

#include <string>

namespace sealgate::policy {

std::string handbook_page(const handbook& of);

} // namespace sealgate::policy
