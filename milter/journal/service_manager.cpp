#include "milter/journal/service_manager.hpp"

#include "policy/base/text.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <unistd.h>

namespace sealgate::milter {

namespace {

std::string take_variable(const char* name) {
    const char* found = std::getenv(name);
    std::string out = found ? found : "";
    ::unsetenv(name);
    return out;
}

} // namespace

service_manager::service_manager()
    : socket_(take_variable("NOTIFY_SOCKET")) {
    const auto period = text::whole_number<std::int64_t>(take_variable("WATCHDOG_USEC"));
    const auto meant = take_variable("WATCHDOG_PID");
    if (period && *period > 0 && (meant.empty() || meant == std::to_string(::getpid())))
        watchdog_ = std::chrono::microseconds(*period);
}

void service_manager::ready() const { socket_.send("READY=1"); }
void service_manager::stopping() const { socket_.send("STOPPING=1"); }
void service_manager::alive() const { socket_.send("WATCHDOG=1"); }
void service_manager::status(std::string_view line) const { socket_.send("STATUS=" + text::printable(line, 500)); }

} // namespace sealgate::milter
