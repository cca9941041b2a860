#include "milter/writers/tell.hpp"

#include <chrono>
#include <new>
#include <thread>

namespace sealgate::milter {

void tell(const std::function<void(unwritten)>& waiter, const unwritten& problem) {
    constexpr std::chrono::milliseconds between_tries{20};
    for (;;) {
        try {
            return waiter(problem);
        } catch (const std::bad_alloc&) {
            std::this_thread::sleep_for(between_tries);
        }
    }
}

} // namespace sealgate::milter
