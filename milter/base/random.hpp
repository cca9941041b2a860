// Random octets from the system. Throws where it has none.
// Tested by base/decision_id_test.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace sealgate::milter {

void fill_with_random(std::span<unsigned char> octets); // at most 256

template <std::size_t N>
std::array<unsigned char, N> random_octets() {
    std::array<unsigned char, N> out{};
    fill_with_random(out);
    return out;
}

} // namespace sealgate::milter
