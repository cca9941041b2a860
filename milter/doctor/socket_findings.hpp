// Whether Postfix's daemons reach the gateway where main.cf says it is, tried as them (installation/reach.hpp).
// Tested by e2e/test_doctor.py.
#pragma once

#include "milter/doctor/examined.hpp"

namespace sealgate::milter {

findings socket_findings(const examined& of);

} // namespace sealgate::milter
