#include "policy/base/octets.hpp"

namespace sealgate {

std::string octets_text(std::uint64_t octets) {
    constexpr std::uint64_t kilo = 1000, mega = kilo * kilo;
    if (octets < kilo) return std::to_string(octets) + " octets";
    if (octets < mega) return std::to_string(octets / kilo) + " kB";
    return std::to_string(octets / mega) + "." + std::to_string(octets % mega / (mega / 10)) + " MB";
}

} // namespace sealgate
