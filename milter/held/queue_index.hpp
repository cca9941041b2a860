// Postfix's queue, in which a mail is found by its id; ten thousand of them, too. Pure.
// Tested by held/release_step_test.
#pragma once

#include "milter/postfix/queue_entry.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sealgate::milter {

class queue_index {
public:
    queue_index(std::vector<queue_entry> entries); // NOLINT: a queue is one

    const std::vector<queue_entry>& entries() const { return entries_; }
    // Null where there is none. One that moved while it was listed stands in two places, and counts as not held.
    const queue_entry* find(std::string_view id) const;

private:
    std::vector<queue_entry> entries_;
    std::unordered_multimap<std::string, std::size_t> places_;
};

} // namespace sealgate::milter
