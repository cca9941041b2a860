// A writer thread's answer to who waits for it. Whoever is not told waits for ever, and what a thread throws ends the gateway:
// so where memory is refused, it is tried again until there is some.
#pragma once

#include <functional>
#include <string>

namespace sealgate::milter {

// `problem`: why it is not on disk, or empty.
void tell(const std::function<void(std::string)>& waiter, const char* problem);

} // namespace sealgate::milter
