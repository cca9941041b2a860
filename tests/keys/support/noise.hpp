// Random octets for tests: the same for the same seed.
#pragma once

#include <cstddef>
#include <random>
#include <string>

namespace sealgate::test {

inline std::string noise(std::size_t size, unsigned seed = 1) {
    std::mt19937 random(seed);
    std::string out(size, '\0');
    for (auto& octet : out) octet = static_cast<char>(random() >> 24);
    return out;
}

} // namespace sealgate::test
