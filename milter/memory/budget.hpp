// How much memory the messages under way may take together (contract.md section 3, limits.memory). What would be more waits
// until others give back, and nobody waits for ever.
//
// Claims are of two kinds. Many small ones, each of which leaves a reserve. And at most one large one a message, for all that
// it may still need: that one may take from the reserve, is served in its turn, and whoever has it never waits again.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <utility>

namespace sealgate::milter {

// Memory that was claimed, given back with its owner.
class memory_share {
public:
    memory_share() = default;
    memory_share(memory_share&& other) noexcept = default;
    memory_share& operator=(memory_share&& other) noexcept;
    ~memory_share();

    std::size_t octets() const { return of_ ? octets_ : 0; }

private:
    friend class memory_budget;
    class ledger;

    memory_share(std::shared_ptr<ledger> of, std::size_t octets, bool is_small)
        : of_(std::move(of))
        , octets_(octets)
        , is_small_(is_small) {}

    std::shared_ptr<ledger> of_;
    std::size_t octets_ = 0;
    bool is_small_ = true;
};

class memory_budget {
public:
    // In octets; the reserve is for one large claim at least. Those that wait are resumed on that executor's one thread.
    memory_budget(boost::asio::any_io_executor network, std::size_t most, std::size_t reserve);

    // What is taken stays taken.
    void resize(std::size_t most, std::size_t reserve);

    // A small claim, now or not at all: then without octets. Any thread may call.
    memory_share try_take(std::size_t octets);

    // On the executor's thread; suspends until it is there. What is more than there will ever be is there when nobody else has
    // a claim of its kind.
    boost::asio::awaitable<memory_share> take(std::size_t octets);
    boost::asio::awaitable<memory_share> take_large(std::size_t octets);

    std::size_t used() const; // octets
    std::size_t most() const;

private:
    class place_in_line;
    using ledger = memory_share::ledger;

    boost::asio::awaitable<memory_share> take(std::size_t octets, bool is_small);

    std::shared_ptr<ledger> state_;
};

} // namespace sealgate::milter
