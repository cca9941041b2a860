// Tells that something in a directory changed: inotify(7), and a look now and then where that fails or sees nothing (a
// network file system, a directory that was put in the place of another).
//
// Changes that come together are told once: after a short silence, and without one after `patience`. That something changed
// is all it says, and it may have been nothing that matters: whoever asks has to look. Not for several callers at a time.
// Tested by e2e/test_key_changes.py.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <filesystem>
#include <vector>

namespace sealgate::milter {

struct watch_times {
    std::chrono::milliseconds silence{50};
    std::chrono::milliseconds patience{400};
    std::chrono::milliseconds between_looks{10'000};
    std::chrono::milliseconds between_looks_without_inotify{700};
};

class directory_watch {
public:
    explicit directory_watch(boost::asio::io_context& io, watch_times times = {});

    // Starts to watch, so that no change from now on is missed. May be called again: what is watched then is what stands at
    // these paths now. The first is the one that has to be there.
    void start(const std::vector<std::filesystem::path>& directories);

    // Until there may be something to look at. Where inotify watches and sees nothing, that is not before `pause`. Throws
    // nothing but a broken timer.
    boost::asio::awaitable<void> changed(std::chrono::steady_clock::duration pause = {});

private:
    boost::asio::awaitable<bool> event_within(std::chrono::steady_clock::duration time);
    void give_up();

    watch_times times_;
    boost::asio::posix::stream_descriptor events_;
    boost::asio::steady_timer timer_;
    bool watching_ = false;
};

} // namespace sealgate::milter
