// Postfix's limits and networks held against the gateway's.
// Tested by e2e/test_doctor.py.
#pragma once

#include "milter/doctor/examined.hpp"

namespace sealgate::milter {

findings limit_findings(const examined& of);

} // namespace sealgate::milter
