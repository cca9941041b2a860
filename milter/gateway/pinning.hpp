// To which found certificates mail is sealed is kept (keys/store/pins), so that another one does not take their place silently.
// Tested by e2e/test_key_trust.py.
#pragma once

#include "keys/store/pins.hpp"
#include "milter/gateway/judge.hpp"
#include "milter/settings/snapshot.hpp"
#include "policy/audit/key_event.hpp"
#include "policy/audit/pseudonym.hpp"

#include <vector>

namespace sealgate::milter {

// What a decision seals to and was only found until now.
std::vector<keys::pin> pins_due(const judgement& judged, keys::time_point now);

// On disk when it returns. Events for those that took another one's place. Throws where they cannot be kept. Blocks.
std::vector<policy::key_event_facts> pin_found(const snapshot& live, std::vector<keys::pin> fresh,
                                               const policy::pseudonyms& names);

} // namespace sealgate::milter
