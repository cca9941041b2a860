// Whether something that somebody was told is not to be told again yet. Pure.
// Tested by notices/key_watch_test and milter/notices/notifier_test.
#pragma once

#include <chrono>

namespace sealgate::policy {

// A time to come is one of a clock that was wrong then; small steps back are usual.
inline bool is_told_lately(std::chrono::system_clock::time_point told, std::chrono::seconds span,
                           std::chrono::system_clock::time_point now) {
    constexpr std::chrono::minutes usual_step{10};
    return told + span > now && told < now + usual_step;
}

} // namespace sealgate::policy
