// Blocking work beside the network thread that may fail for reasons of its own: what it throws becomes its trouble.
// Tested by e2e/test_fault_points.py and test_failures.py.
#pragma once

#include "milter/base/offload.hpp"
#include "milter/gateway/trouble.hpp"

#include <exception>
#include <expected>
#include <type_traits>
#include <utility>

namespace sealgate::milter {

// Work that can tell of its trouble itself is not wrapped twice.
template <class T>
struct attempted {
    using type = std::expected<T, trouble>;
};
template <class T>
struct attempted<std::expected<T, trouble>> {
    using type = std::expected<T, trouble>;
};

// As offload(); a full disk and memory that is refused are `no_room`, whatever else is thrown is `otherwise`.
template <class F>
boost::asio::awaitable<typename attempted<std::invoke_result_t<F&>>::type> attempt(boost::asio::thread_pool& pool,
                                                                                   policy::reason otherwise, F work) {
    try {
        if constexpr (std::is_void_v<std::invoke_result_t<F&>>) {
            co_await offload(pool, std::move(work));
            co_return std::expected<void, trouble>{};
        } else {
            co_return co_await offload(pool, std::move(work));
        }
    } catch (const std::exception& problem) {
        co_return std::unexpected(trouble_of(problem, otherwise));
    }
}

} // namespace sealgate::milter
