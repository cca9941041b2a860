// What this machine calls itself. Tested by e2e/test_audit_policies.py.
#pragma once

#include <array>
#include <string>
#include <unistd.h>

namespace sealgate::milter {

// Empty where it has no name.
inline std::string own_host_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string{};
}

} // namespace sealgate::milter
