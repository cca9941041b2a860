// Waiting for a writer thread that says, once, whether something is on disk.
// Tested by e2e/test_audit.py.
#pragma once

#include "milter/writers/unwritten.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace sealgate::milter {

// Suspends until `begin(done)` has led to a call of done(error), on whatever thread. Returns that error.
template <class F>
boost::asio::awaitable<unwritten> completed(F begin) {
    namespace asio = boost::asio;
    auto initiate = [](auto handler, F start) {
        const auto executor = asio::get_associated_executor(handler);
        const auto waiter = std::make_shared<decltype(handler)>(std::move(handler));
        const auto at_work = std::make_shared<asio::executor_work_guard<std::decay_t<decltype(executor)>>>(executor);
        start([waiter, at_work](unwritten error) {
            asio::post(at_work->get_executor(), [waiter, error = std::move(error)]() mutable { (*waiter)(std::move(error)); });
        });
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(unwritten)>(
        std::move(initiate), asio::use_awaitable, std::move(begin));
}

} // namespace sealgate::milter
