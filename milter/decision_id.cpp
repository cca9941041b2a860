#include "milter/decision_id.hpp"

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string_view>
#include <sys/random.h>

namespace sealgate::milter {

namespace {

// Digits of five random bits each.
std::string random_digits(std::size_t count) {
    static constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    std::array<unsigned char, 64> bytes{};
    if (::getrandom(bytes.data(), count, 0) != static_cast<ssize_t>(count))
        throw std::runtime_error("the system gives no random numbers");
    std::string out;
    for (std::size_t i = 0; i < count; ++i) out += crockford[bytes[i] & 31];
    return out;
}

} // namespace

std::string new_decision_id() { return random_digits(4) + "-" + random_digits(4); }

std::string new_boundary() { return "sealgate-" + random_digits(26); }

} // namespace sealgate::milter
