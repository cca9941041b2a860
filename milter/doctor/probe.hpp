// A mail that nobody gets, through each port (decision 0032): it is introduced by a permit of root's, as a release is, so the
// gateway knows it, says how it decides, and refuses it. At a port where the gateway does not claim it, its end is never sent.
// Tested by e2e/test_doctor.py.
#pragma once

#include "milter/doctor/examined.hpp"

#include <string>
#include <vector>

namespace sealgate::milter {

// `tried`: what was tried and how far it went, for people.
findings probe_ports(const examined& of, std::vector<std::string>& tried);

} // namespace sealgate::milter
