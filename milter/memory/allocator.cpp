#include "milter/memory/allocator.hpp"

#include "milter/base/as_result.hpp"
#include "milter/base/offload.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <malloc.h>

namespace sealgate::milter {

namespace asio = boost::asio;

// Had from the kernel for each mail, memory would cost as much as encryption. The end of an arena is given back at once where
// more than a sixteenth of the limit is unused there: of all arenas together no more than a quarter.
void set_up_allocator(std::size_t limit) {
    constexpr std::size_t mebi = 1 << 20, arenas = 4, most = 64 * mebi;
    ::mallopt(M_MMAP_THRESHOLD, 4 * mebi); // what is larger goes back at once
    ::mallopt(M_TRIM_THRESHOLD, static_cast<int>(std::clamp(limit / (4 * arenas), 8 * mebi, most)));
    ::mallopt(M_TOP_PAD, mebi);
    ::mallopt(M_ARENA_MAX, arenas);
}

std::size_t unused_memory() { return ::mallinfo2().fordblks; }

// set_up_allocator() sees to the end of an arena alone: one octet in use there keeps all before it.
asio::awaitable<void> give_back_unused(asio::thread_pool& pool, std::chrono::milliseconds pause) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (;;) {
        timer.expires_after(pause);
        co_await timer.async_wait(as_result);
        auto work = [] {
            if (unused_memory() > kept_unused) ::malloc_trim(0);
        };
        co_await offload(pool, std::move(work));
    }
}

} // namespace sealgate::milter
