// Whether the gateway's user reads and writes what it needs, tried as that user; and under systemd, whether the unit lets it
// write. Tested by e2e/test_doctor.py.
#pragma once

#include "milter/doctor/examined.hpp"

namespace sealgate::milter {

findings file_findings(const examined& of);

} // namespace sealgate::milter
