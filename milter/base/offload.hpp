// Blocking work beside the network thread: run on a pool, resumed where the caller runs.
// Tested by notices/notifier_test.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>
#include <utility>

namespace sealgate::milter {

// What `work` throws is thrown here. `work` is kept alive until it returns.
template <class F>
boost::asio::awaitable<std::invoke_result_t<F&>> offload(boost::asio::thread_pool& pool, F work) {
    using result = std::invoke_result_t<F&>;
    auto on_pool = [work = std::move(work)]() mutable -> boost::asio::awaitable<result> { co_return work(); };
    co_return co_await boost::asio::co_spawn(pool, std::move(on_pool), boost::asio::use_awaitable);
}

} // namespace sealgate::milter
