#include "milter/base/random.hpp"

#include <stdexcept>
#include <sys/random.h>

namespace sealgate::milter {

void fill_with_random(std::span<unsigned char> octets) {
    if (::getrandom(octets.data(), octets.size(), 0) != static_cast<ssize_t>(octets.size()))
        throw std::runtime_error("the system gives no random numbers");
}

} // namespace sealgate::milter
