// A writer thread's answer to who waits for it. Whoever is not told waits for ever, and what a thread throws ends the gateway:
// so where memory is refused, it is tried again until there is some.
#pragma once

#include "milter/writers/unwritten.hpp"

#include <functional>
#include <new>
#include <vector>

namespace sealgate::milter {

void tell(const std::function<void(unwritten)>& waiter, const unwritten& problem);

// Commits a batch, and tells each of its waiters (`done`; none: nobody waits) whether it is on disk. Memory that is refused
// meanwhile is told with `no_memory`, which is there already.
template <class Waiting, class Commit>
void write_and_tell(const std::vector<Waiting>& batch, const unwritten& no_memory, Commit commit) {
    unwritten problem;
    const auto* said = &no_memory;
    try {
        problem = commit(batch);
        said = &problem;
    } catch (const std::bad_alloc&) { // that is said
    }
    for (const auto& one : batch)
        if (one.done) tell(one.done, *said);
}

} // namespace sealgate::milter
