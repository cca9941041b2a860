#include "milter/base/directory_watch.hpp"

#include "milter/base/as_result.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <sys/inotify.h>

namespace sealgate::milter {

namespace asio = boost::asio;

namespace {

constexpr std::uint32_t any_change = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ATTRIB |
                                     IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

} // namespace

directory_watch::directory_watch(asio::io_context& io, watch_times times)
    : times_(times)
    , events_(io)
    , timer_(io) {}

void directory_watch::start(const std::vector<std::filesystem::path>& directories) {
    if (!events_.is_open())
        if (const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC); descriptor >= 0) events_.assign(descriptor);
    const auto watch = [this](const std::filesystem::path& one) {
        return events_.is_open() && ::inotify_add_watch(events_.native_handle(), one.c_str(), any_change) >= 0;
    };
    watching_ = watch(directories.front());
    if (watching_) std::for_each(std::next(directories.begin()), directories.end(), watch);
}

asio::awaitable<void> directory_watch::changed(std::chrono::steady_clock::duration pause) {
    const std::chrono::steady_clock::duration between =
        watching_ ? std::max<std::chrono::steady_clock::duration>(times_.between_looks, pause)
                  : times_.between_looks_without_inotify;
    if (!co_await event_within(between)) co_return;
    const auto end = std::chrono::steady_clock::now() + times_.patience;
    while (std::chrono::steady_clock::now() < end && co_await event_within(times_.silence)) {
    }
}

// What an event says is not looked at: the directory is.
asio::awaitable<bool> directory_watch::event_within(std::chrono::steady_clock::duration time) {
    using namespace asio::experimental::awaitable_operators;
    timer_.expires_after(time);
    if (!watching_) {
        co_await timer_.async_wait(as_result);
        co_return false;
    }
    std::array<char, 4096> unread; // NOLINT(cppcoreguidelines-pro-type-member-init)
    const auto first = co_await (events_.async_read_some(asio::buffer(unread), as_result) || timer_.async_wait(as_result));
    if (first.index() != 0) co_return false;
    if (std::get<0>(std::get<0>(first))) give_up();
    co_return true;
}

void directory_watch::give_up() {
    boost::system::error_code ignored;
    events_.close(ignored);
    watching_ = false;
}

} // namespace sealgate::milter
