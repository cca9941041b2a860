#include "milter/protocol/server.hpp"

#include "milter/base/as_result.hpp"
#include "milter/base/exception_text.hpp"
#include "milter/base/keep_running.hpp"
#include "milter/base/log.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
using generic_protocol = asio::generic::stream_protocol;

generic_protocol::endpoint address_of(const endpoint& where) {
    if (const auto* local = std::get_if<unix_endpoint>(&where)) return asio::local::stream_protocol::endpoint(local->path);
    const auto& inet = std::get<inet_endpoint>(where);
    return asio::ip::tcp::endpoint(asio::ip::make_address(inet.address), inet.port);
}

// A socket file left behind by a crash is in the way; one that answers is another gateway's.
void remove_stale_socket(asio::io_context& io, const unix_endpoint& where) {
    struct stat status = {};
    if (::lstat(where.path.c_str(), &status) != 0) return;
    if (!S_ISSOCK(status.st_mode)) throw std::runtime_error(where.path + " is there already and is no socket");
    boost::system::error_code error;
    asio::local::stream_protocol::socket probe(io);
    probe.connect(where.path, error);
    if (!error) throw std::runtime_error("another gateway listens on " + where.path);
    ::unlink(where.path.c_str());
}

} // namespace

struct server::listener {
    endpoint where;
    asio::basic_socket_acceptor<generic_protocol> acceptor;
};

server::server(asio::io_context& io, std::size_t most_connections, options_source options)
    : io_(io)
    , most_connections_(most_connections)
    , options_(std::move(options))
    , grace_(io) {}

server::~server() = default;

void server::listen(const endpoint& where) {
    try {
        const auto* local = std::get_if<unix_endpoint>(&where);
        if (local) remove_stale_socket(io_, *local);
        const auto address = address_of(where);
        auto made = std::make_shared<listener>(where, asio::basic_socket_acceptor<generic_protocol>(io_));
        made->acceptor.open(address.protocol());
        if (!local) made->acceptor.set_option(asio::socket_base::reuse_address(true));
        made->acceptor.bind(address);
        if (local && ::chmod(local->path.c_str(), 0666) != 0) throw std::runtime_error("cannot set the mode of " + local->path);
        made->acceptor.listen();
        keep_running(io_.get_executor(), "accepting connections on " + to_string(where),
                     [this, made] { return accept_loop(made); });
        listeners_.push_back(std::move(made));
    } catch (const std::exception& problem) {
        throw std::runtime_error("cannot listen on " + to_string(where) + ": " + text_of(problem));
    }
}

asio::awaitable<void> server::accept_loop(std::shared_ptr<listener> from) {
    const auto where = to_string(from->where);
    while (from->acceptor.is_open()) {
        try {
            if (co_await accept_one(*from, where)) continue;
        } catch (const std::exception& problem) {
            log_line("cannot serve a connection on " + where + ": " + text_of(problem));
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
        log_line("cannot accept on " + where + ": " + error.message());
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
            log_line("more than " + std::to_string(most_connections_) +
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
    for (const auto& one : listeners_) {
        boost::system::error_code ignored;
        one->acceptor.close(ignored);
        if (const auto* local = std::get_if<unix_endpoint>(&one->where)) ::unlink(local->path.c_str());
    }
    for (const auto& one : open_) one->drain();
    grace_.expires_after(grace);
    grace_.async_wait([this](boost::system::error_code error) {
        if (error) return;
        log_line("closing " + std::to_string(open_.size()) + " connections in the middle of a message: Postfix defers them");
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
