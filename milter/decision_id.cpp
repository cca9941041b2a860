#include "milter/decision_id.hpp"

#include "milter/random.hpp"

#include <string_view>

namespace sealgate::milter {

namespace {

// Digits of five random bits each.
template <std::size_t Count>
std::string random_digits() {
    static constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::string out;
    for (const auto octet : random_octets<Count>()) out += crockford[octet & 31];
    return out;
}

} // namespace

std::string new_decision_id() { return random_digits<4>() + "-" + random_digits<4>(); }

std::string new_boundary() { return "sealgate-" + random_digits<26>(); }

} // namespace sealgate::milter
