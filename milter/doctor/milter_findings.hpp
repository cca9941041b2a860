// Whether every way of mail into Postfix asks the gateway, first among those that sign, and waits for its answer. Of Postfix's
// configuration alone; whether the socket answers is socket_findings.hpp.
// Tested by e2e/test_doctor.py.
#pragma once

#include "milter/doctor/examined.hpp"

namespace sealgate::milter {

findings milter_findings(const examined& of);

} // namespace sealgate::milter
