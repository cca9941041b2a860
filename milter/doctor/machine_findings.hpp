// What the machine owes the gateway: gpg, room on its disks, a clock that is right, a journal that stays.
// Tested by e2e/test_doctor.py.
#pragma once

#include "milter/doctor/examined.hpp"

namespace sealgate::milter {

findings machine_findings(const examined& of);

} // namespace sealgate::milter
