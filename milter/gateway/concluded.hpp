// What a message came to, for those who count and tell: the journal, the metrics, `sealgate status`. No subject, no address.
// Tested by control/decision_feed_test.
#pragma once

#include "policy/decision/decide.hpp"
#include "policy/rules/policy.hpp"

#include <chrono>
#include <string>

namespace sealgate::milter {

struct concluded {
    const policy::policy& rules;
    policy::mode mode;
    const std::string& id;
    const std::string& queue_id;
    const policy::decision& made;
    std::chrono::system_clock::time_point time;
    std::chrono::steady_clock::duration took; // from the end of the message to the answer
    std::chrono::steady_clock::duration sealing{};
};

} // namespace sealgate::milter
