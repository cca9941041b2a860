// What would keep the gateway from starting on this machine, or from being asked: where it writes, and where it listens.
// Tested by e2e/test_check.py.
#pragma once

#include "milter/settings/config.hpp"

#include <string>
#include <vector>

namespace sealgate::milter {

// Tried as the owner of the state directory, or as whoever asks where that is not there yet; who is neither is told nothing.
// Nothing is made. A line each, with what to do.
std::vector<std::string> start_problems(const config& gateway);

} // namespace sealgate::milter
