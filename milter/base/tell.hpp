// A writer thread's answer to who waits for it. Whoever is not told waits for ever, and what a thread throws ends the gateway:
// so where memory is refused, it is tried again until there is some.
#pragma once

#include "milter/base/unwritten.hpp"

#include <functional>

namespace sealgate::milter {

void tell(const std::function<void(unwritten)>& waiter, const unwritten& problem);

} // namespace sealgate::milter
