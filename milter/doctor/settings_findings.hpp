// What nobody has filled in, and keys of the organisation that end.
// Tested by e2e/test_doctor.py.
#pragma once

#include "milter/doctor/examined.hpp"

namespace sealgate::milter {

findings settings_findings(const examined& of);

} // namespace sealgate::milter
