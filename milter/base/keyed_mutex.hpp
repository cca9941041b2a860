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
using turn_table = std::map<std::string, std::deque<std::weak_ptr<boost::asio::steady_timer>>>;

class turn {
public:
    turn() = default;
    turn(std::shared_ptr<turn_table> table, std::string name)
        : table_(std::move(table))
        , name_(std::move(name)) {}
    turn(turn&& other) noexcept
        : table_(std::exchange(other.table_, nullptr))
        , name_(std::move(other.name_)) {}
    turn& operator=(turn&& other) noexcept {
        std::swap(table_, other.table_);
        std::swap(name_, other.name_);
        return *this;
    }
    ~turn() { end(); }

    void end(); // the next one who waits has it

private:
    std::shared_ptr<turn_table> table_;
    std::string name_;
};

class turns {
public:
    boost::asio::awaitable<turn> take(std::string name);

private:
    std::shared_ptr<turn_table> table_ = std::make_shared<turn_table>();
};

} // namespace sealgate::milter
