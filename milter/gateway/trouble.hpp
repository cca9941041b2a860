// Why something that was decided could not be carried out, as far as that makes a difference to the sender.
#pragma once

#include "policy/rules/reason.hpp"

#include <cstdint>
#include <exception>
#include <optional>
#include <string>

namespace sealgate::milter {

struct trouble {
    policy::reason why;
    std::string text;                              // one line, for the log
    std::optional<std::uint64_t> most_octets = {}; // where there is too much of it: how much may be. No later try mends that
};

// A full disk and memory that is refused are `no_room`; everything else is `otherwise`.
trouble trouble_of(const std::exception& problem, policy::reason otherwise);

} // namespace sealgate::milter
