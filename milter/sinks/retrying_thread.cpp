#include "milter/sinks/retrying_thread.hpp"

#include "milter/base/exception_text.hpp"
#include "milter/base/thread_name.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace sealgate::milter {

namespace {

constexpr std::chrono::seconds first_pause{1}, longest_pause{60};

int new_eventfd() {
    const auto out = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (out < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    return out;
}

} // namespace

retrying_thread::retrying_thread(work what)
    : what_(std::move(what))
    , stop_(new_eventfd()) {
    thread_ = with_thread_name(what_.name, [this] { return std::thread([this] { run(); }); });
}

retrying_thread::~retrying_thread() {
    stop();
    thread_.join();
    ::close(stop_);
}

void retrying_thread::stop() noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto told = ::write(stop_, &one, sizeof one);
}

bool retrying_thread::wait(std::chrono::milliseconds time) const {
    pollfd stop{.fd = stop_, .events = POLLIN, .revents = 0};
    return ::poll(&stop, 1, static_cast<int>(time.count())) <= 0;
}

void retrying_thread::run() {
    auto pause = first_pause;
    for (;;) {
        try {
            if (!try_to_go_on()) return;
        } catch (...) { // no memory to tell of what it was: mail goes on, and so does this
        }
        if (what_.got_on()) pause = first_pause;
        if (!wait(pause)) return;
        pause = std::min(pause * 2, longest_pause);
    }
}

// False where it is to stop.
bool retrying_thread::try_to_go_on() {
    try {
        what_.go_on();
        return false;
    } catch (const stopped&) {
        return false;
    } catch (const std::exception& problem) {
        what_.in_the_way(text_of(problem));
    }
    return true;
}

} // namespace sealgate::milter
