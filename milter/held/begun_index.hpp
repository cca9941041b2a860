// What is begun, found by a mail of Postfix's queue: the held one, or the one that is to take its place. Pure.
// Tested by held/release_step_test.
#pragma once

#include "milter/held/permits.hpp"
#include "milter/held/queue_index.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sealgate::milter {

class begun_index {
public:
    explicit begun_index(std::vector<begun_permit> all);

    const std::vector<begun_permit>& all() const { return all_; }
    // Null where nothing is. Queue ids come again: the times of both have to fit.
    const begun_permit* about(const queue_entry& mail) const;
    // Of an id that the queue may not have any more.
    const begun_permit* about(std::string_view id, const queue_index& queue) const;

private:
    std::vector<begun_permit> all_;
    std::unordered_multimap<std::string, std::size_t> places_; // of either id
};

} // namespace sealgate::milter
