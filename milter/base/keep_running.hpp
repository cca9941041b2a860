// A loop that the gateway can't do without: one that throws (memory is refused, a directory can't be read) is told of, and
// begins anew after a pause. One that fails again and again ends the process: systemd starts it anew, and Postfix defers
// meanwhile.
//
// A loop that returns is done. What it keeps between two runs has to be whole wherever it may throw.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace sealgate::milter {

struct endurance {
    std::chrono::milliseconds pause{1'000};
    unsigned most_failures = 10;            // in a row
    std::chrono::milliseconds calm{60'000}; // a run as long as this ends a row
};

// `name` is the subject of a sentence, for the journal: "the watch of the key store". Throws std::bad_alloc where it can't even
// begin.
void keep_running(const boost::asio::any_io_executor& on, std::string name, std::function<boost::asio::awaitable<void>()> loop,
                  endurance how = {});

} // namespace sealgate::milter
