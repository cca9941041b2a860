#include "milter/protocol/server.hpp"

#include "milter/base/as_result.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/keep_running.hpp"
#include "milter/journal/log.hpp"
#include "milter/protocol/listening.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <sys/types.h>
#include <utility>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
} // namespace

struct server::listener {
    endpoint where;
    socket_acceptor acceptor;
};

server::server(asio::io_context& io, std::size_t most_connections, options_source options)
    : io_(io)
    , most_connections_(most_connections)
    , options_(std::move(options))
    , grace_(io) {}

server::~server() = default;

void server::listen(const endpoint& where) {
    constexpr ::mode_t open_to_all = 0666; // the directory it stands in decides who gets there
    auto made = std::make_shared<listener>(where, listen_on(io_, where, open_to_all));
    keep_running(io_.get_executor(), "accepting connections on " + to_string(where),
                 [this, made] { return accept_loop(made); });
    listeners_.push_back(std::move(made));
}

asio::awaitable<void> server::accept_loop(std::shared_ptr<listener> from) {
    const auto where = to_string(from->where);
    while (from->acceptor.is_open()) {
        try {
            if (co_await accept_one(*from, where)) continue;
        } catch (const std::exception& problem) {
            log_error("cannot serve a connection on " + where + ": " + text_of(problem));
        }
        // Out of descriptors or memory, say: waiting lets connections end; Postfix waits or defers.
        asio::steady_timer pause(io_, std::chrono::milliseconds(200));
        co_await pause.async_wait(as_result);
    }
}

// False where that should wait a little.
asio::awaitable<bool> server::accept_one(listener& from, const std::string& where) {
    auto [error, socket] = co_await from.acceptor.async_accept(as_result);
    if (error == asio::error::operation_aborted || !from.acceptor.is_open()) co_return true;
    if (error) {
        log_error("cannot accept on " + where + ": " + error.message());
        co_return false;
    }
    // Without this, Nagle and delayed acknowledgements cost 5 ms a message.
    boost::system::error_code ignored;
    if (std::holds_alternative<inet_endpoint>(from.where)) socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    start(std::move(socket), where);
    co_return true;
}

void server::start(stream_socket socket, const std::string& where) {
    if (open_.size() >= most_connections_) {
        if (!std::exchange(at_limit_, true))
            log_warning("more than " + std::to_string(most_connections_) +
                        " connections (limits.connections): further ones are closed, and Postfix defers");
        return;
    }
    at_limit_ = false;
    auto made = std::make_shared<connection>(std::move(socket), where, options_());
    open_.insert(made);
    try {
        asio::co_spawn(io_, made->run(), [this, made](const std::exception_ptr&) {
            open_.erase(made);
            finish_if_drained();
        });
    } catch (...) { // no memory for it: it is closed
        open_.erase(made);
        throw;
    }
}

void server::drain(std::chrono::seconds grace, std::function<void()> drained) {
    drained_ = std::move(drained);
    for (const auto& one : listeners_) stop_listening(one->acceptor, one->where);
    for (const auto& one : open_) one->drain();
    grace_.expires_after(grace);
    grace_.async_wait([this](boost::system::error_code error) {
        if (error) return;
        log_warning("closing " + std::to_string(open_.size()) + " connections in the middle of a message: Postfix defers them");
        for (const auto& one : open_) one->close();
    });
    finish_if_drained();
}

void server::finish_if_drained() {
    if (!drained_ || !open_.empty()) return;
    grace_.cancel();
    std::exchange(drained_, nullptr)();
}

} // namespace sealgate::milter
