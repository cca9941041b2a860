// What one message has claimed of the memory that all messages share: a little from its header on, more where that is large,
// and room to work in where the message is. Network thread. Tested by memory/budget_test and e2e/test_bounded_memory.py.
#pragma once

#include "milter/memory/budget.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <vector>

namespace sealgate::milter {

// Octets that it may take to work on a message of that size: its parts are decoded, and what is armored in them once more.
constexpr std::size_t work_on(std::size_t size) { return 3 * size; }

class message_claim {
public:
    // `largest`: octets of the largest message. Without a budget, which outlives it, there is no limit.
    message_claim(memory_budget* budget, std::size_t largest)
        : budget_(budget)
        , largest_(largest) {}

    // Suspends until so many octets of fields and recipients may be held; more than 0.
    boost::asio::awaitable<void> cover(std::size_t held);
    // Suspends until a message of that size may be worked on.
    boost::asio::awaitable<void> cover_work(std::size_t size);

    bool covers(std::size_t held) const { return budget_ == nullptr || large_.octets() > 0 || held <= covered_; }

private:
    memory_budget* budget_;
    std::size_t largest_;
    std::vector<memory_share> small_;
    std::size_t covered_ = 0; // octets of fields and recipients
    memory_share large_;
};

} // namespace sealgate::milter
