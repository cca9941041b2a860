// The time, in the seconds in which OpenPGP counts it.
// Tested by store/index_test.
#pragma once

#include <chrono>

namespace sealgate::keys {

inline std::chrono::sys_seconds this_second() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

} // namespace sealgate::keys
