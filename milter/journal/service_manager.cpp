#include "milter/journal/service_manager.hpp"

#include "policy/base/text.hpp"

#include <charconv>
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

std::optional<std::int64_t> number_of(const std::string& digits) {
    std::int64_t out = 0;
    const auto end = digits.data() + digits.size();
    if (const auto read = std::from_chars(digits.data(), end, out); read.ec != std::errc() || read.ptr != end) return {};
    return out;
}

} // namespace

service_manager::service_manager()
    : socket_(take_variable("NOTIFY_SOCKET")) {
    const auto period = number_of(take_variable("WATCHDOG_USEC"));
    const auto meant = take_variable("WATCHDOG_PID");
    if (period && *period > 0 && (meant.empty() || meant == std::to_string(::getpid())))
        watchdog_ = std::chrono::microseconds(*period);
}

void service_manager::ready() const { socket_.send("READY=1"); }
void service_manager::stopping() const { socket_.send("STOPPING=1"); }
void service_manager::alive() const { socket_.send("WATCHDOG=1"); }
void service_manager::status(std::string_view line) const { socket_.send("STATUS=" + text::printable(line, 500)); }

} // namespace sealgate::milter
