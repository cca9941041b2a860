// The running gateway: puts the rooms together, and runs them until a signal ends it.
// Tested by e2e/test_modes.py and test_status.py.
#pragma once

#include "milter/settings/snapshot.hpp"

#include <memory>
#include <string>

namespace sealgate::milter {

// Returns when it has ended. Throws where it cannot start.
void run_service(std::string config_path, std::shared_ptr<const snapshot> live);

} // namespace sealgate::milter
