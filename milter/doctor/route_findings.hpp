// Ways on which Postfix sends mail, or changes it, behind the gateway's back: BCC maps, aliases, header checks.
// Tested by e2e/test_doctor.py.
#pragma once

#include "milter/doctor/examined.hpp"

namespace sealgate::milter {

findings route_findings(const examined& of);

} // namespace sealgate::milter
