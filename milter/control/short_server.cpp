#include "milter/control/short_server.hpp"

#include "milter/base/as_result.hpp"
#include "milter/base/keep_running.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace sealgate::milter {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

short_server::short_server(asio::io_context& io, endpoint where, ::mode_t mode, short_talk talk)
    : io_(io)
    , where_(std::move(where))
    , talk_(std::move(talk))
    , acceptor_(listen_on(io, where_, mode)) {
    keep_running(io_.get_executor(), "answering on " + to_string(where_), [this] { return accept_loop(); });
}

short_server::~short_server() { stop_listening(acceptor_, where_); }

asio::awaitable<void> short_server::accept_loop() {
    while (acceptor_.is_open()) {
        auto [error, socket] = co_await acceptor_.async_accept(as_result);
        if (error == asio::error::operation_aborted) co_return;
        if (error || open_ >= talk_.most_at_once) {
            asio::steady_timer pause(io_, std::chrono::milliseconds(100));
            co_await pause.async_wait(as_result);
            continue;
        }
        ++open_;
        asio::co_spawn(io_, converse(std::move(socket)), [this](const std::exception_ptr&) { --open_; });
    }
}

asio::awaitable<void> short_server::converse(asio::generic::stream_protocol::socket with) {
    std::string question;
    asio::steady_timer timer(io_, talk_.patience);
    auto room = asio::dynamic_buffer(question, talk_.longest);
    auto asked = co_await (asio::async_read_until(with, room, talk_.end, as_result) || timer.async_wait(as_result));
    if (asked.index() != 0 || std::get<0>(std::get<0>(asked))) co_return;
    auto text = co_await talk_.answer(std::move(question));
    timer.expires_after(talk_.patience);
    auto out = asio::buffer(text);
    co_await (asio::async_write(with, out, as_result) || timer.async_wait(as_result));
}

} // namespace sealgate::milter
