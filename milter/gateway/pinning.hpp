// To which found certificates mail is sealed is kept (keys/store/pins), so that another one does not take their place silently.
// Tested by e2e/test_key_trust.py.
#pragma once

#include "keys/store/pins.hpp"
#include "milter/discovery/announcer.hpp"
#include "milter/gateway/judge.hpp"
#include "milter/settings/snapshot.hpp"

#include <vector>

namespace sealgate::milter {

// What a decision seals to and was only found until now.
std::vector<keys::pin> pins_due(const judgement& judged, keys::time_point now);

// On disk when it returns; those that take another one's place are told before. Throws where they cannot be kept. Blocks.
void pin_found(const snapshot& live, std::vector<keys::pin> fresh, const audience& told);

} // namespace sealgate::milter
