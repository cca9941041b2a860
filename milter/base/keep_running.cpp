#include "milter/base/keep_running.hpp"

#include "milter/base/as_result.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/journal/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdlib>
#include <exception>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <utility>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

// Why it ended too early; null where it is done.
asio::awaitable<std::exception_ptr> problem_of(const std::function<asio::awaitable<void>()>& loop) {
    try {
        co_await loop();
    } catch (...) {
        co_return std::current_exception();
    }
    co_return nullptr;
}

void tell(const std::string& name, const std::exception_ptr& problem, bool again) {
    try {
        log_error(name + " failed: " + text_of(problem) +
                  (again ? "; it begins anew" : "; it did so too often, and the gateway ends"));
    } catch (...) { // no memory to say more
        constexpr std::string_view line = "sealgate: something that has to go on failed for want of memory\n";
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
    }
}

asio::awaitable<void> wait(asio::steady_timer& timer, std::chrono::milliseconds time) {
    bool waited = false;
    try {
        timer.expires_after(time);
        co_await timer.async_wait(as_result);
        waited = true;
    } catch (...) { // no memory to wait with
    }
    if (!waited) std::this_thread::sleep_for(time);
}

asio::awaitable<void> run(std::string name, std::function<asio::awaitable<void>()> loop, endurance how) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (unsigned failures = 0;;) {
        const auto began = steady_clock::now();
        std::exception_ptr problem;
        try {
            problem = co_await problem_of(loop);
            if (!problem) co_return;
        } catch (...) {
            problem = std::current_exception();
        }
        failures = steady_clock::now() - began < how.calm ? failures + 1 : 1;
        const bool again = failures < how.most_failures;
        tell(name, problem, again);
        if (!again) std::abort();
        co_await wait(timer, how.pause);
    }
}

} // namespace

void keep_running(const asio::any_io_executor& on, std::string name, std::function<asio::awaitable<void>()> loop,
                  endurance how) {
    asio::co_spawn(on, run(std::move(name), std::move(loop), how), asio::detached);
}

} // namespace sealgate::milter
