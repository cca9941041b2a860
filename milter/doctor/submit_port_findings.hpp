// The port at which the gateway hands in its own mail: there, alive, without the gateway, with the signer, for nobody else.
// Tested by e2e/test_doctor.py.
#pragma once

#include "milter/doctor/examined.hpp"

namespace sealgate::milter {

findings submit_port_findings(const examined& of);

} // namespace sealgate::milter
