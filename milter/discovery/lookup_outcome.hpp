// What looking for somebody's certificate came to. Tested by discovery/lookup_answers_test.
#pragma once

#include "policy/base/names.hpp"

#include <array>
#include <cstdint>

namespace sealgate::milter {

// `none`: nobody publishes one. `failed`: that could not be found out.
enum class lookup_outcome : std::uint8_t { found, none, failed };

constexpr auto names(lookup_outcome) {
    using enum lookup_outcome;
    return std::to_array<policy::named<lookup_outcome>>({{found, "found"}, {none, "none"}, {failed, "failed"}});
}

} // namespace sealgate::milter
