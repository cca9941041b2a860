// One at a time for each name, in the order of asking; others do not wait. On the network thread alone.
//
// A turn ends with its object. It may outlive the table it came from.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace sealgate::milter {

// Who waits, by name. A name stands here while somebody has its turn.
using held_keys = std::map<std::string, std::deque<std::weak_ptr<boost::asio::steady_timer>>>;

class key_guard {
public:
    key_guard() = default;
    key_guard(std::shared_ptr<held_keys> table, std::string name)
        : table_(std::move(table))
        , name_(std::move(name)) {}
    key_guard(key_guard&& other) noexcept
        : table_(std::exchange(other.table_, nullptr))
        , name_(std::move(other.name_)) {}
    key_guard& operator=(key_guard&& other) noexcept {
        std::swap(table_, other.table_);
        std::swap(name_, other.name_);
        return *this;
    }
    ~key_guard() { end(); }

    void end(); // the next one who waits has it

private:
    std::shared_ptr<held_keys> table_;
    std::string name_;
};

class keyed_mutex {
public:
    boost::asio::awaitable<key_guard> take(std::string name);

private:
    std::shared_ptr<held_keys> table_ = std::make_shared<held_keys>();
};

} // namespace sealgate::milter
