#include "milter/memory/allocator.hpp"

#include "milter/base/as_result.hpp"
#include "milter/base/offload.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <malloc.h>

namespace sealgate::milter {

namespace asio = boost::asio;

// Had from the kernel for each mail, memory would cost as much as encryption.
void set_up_allocator() {
    constexpr int mebi = 1 << 20;
    ::mallopt(M_MMAP_THRESHOLD, 4 * mebi); // what is larger goes back at once
    ::mallopt(M_TRIM_THRESHOLD, 8 * mebi); // of each arena
    ::mallopt(M_TOP_PAD, mebi / 4);
    ::mallopt(M_ARENA_MAX, 4);
}

std::size_t unused_memory() { return ::mallinfo2().fordblks; }

// The threshold of set_up_allocator() is for the end of an arena alone: one octet in use there keeps all before it.
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
