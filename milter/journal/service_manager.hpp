// What systemd is told of the service (sd_notify(3)), and how often it wants to hear that it lives. Where nobody asks, nothing
// is sent. Tested, with its socket, by journal/service_manager_test.
#pragma once

#include "milter/journal/datagram_socket.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace sealgate::milter {

class service_manager {
public:
    // Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment: children shall not speak for us.
    service_manager();

    void ready() const;
    void stopping() const;
    void alive() const;
    // One line, as `systemctl status` shows it.
    void status(std::string_view line) const;

    // At most so long between two alive(); nothing: nobody waits for them.
    std::optional<std::chrono::microseconds> watchdog() const { return watchdog_; }

private:
    datagram_socket socket_;
    std::optional<std::chrono::microseconds> watchdog_;
};

} // namespace sealgate::milter
