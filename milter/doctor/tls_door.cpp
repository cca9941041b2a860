#include "milter/doctor/tls_door.hpp"

#include "milter/base/exception_text.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using tls_stream = asio::ssl::stream<tcp::socket>;

constexpr std::size_t longest_reply = 64 * 1024;

// The whole reply of a server, which may have several lines.
asio::awaitable<std::string> reply_of(tcp::socket& server) {
    std::string all;
    for (;;) {
        std::string line;
        auto room = asio::dynamic_buffer(line, longest_reply);
        co_await asio::async_read_until(server, room, '\n', asio::use_awaitable);
        all += line;
        if (all.size() > longest_reply) throw std::runtime_error("its reply has no end");
        if (!all.ends_with('\n')) continue;
        const auto before_last = all.rfind('\n', all.size() - 2);
        const auto last = before_last == std::string::npos ? 0 : before_last + 1;
        if (all.size() < last + 4 || all[last + 3] != '-') co_return all;
    }
}

asio::awaitable<std::string> ask(tcp::socket& server, std::string command) {
    auto out = asio::buffer(command);
    co_await asio::async_write(server, out, asio::use_awaitable);
    auto reply = co_await reply_of(server);
    co_return reply;
}

asio::awaitable<void> relay(auto& from, auto& to) {
    std::array<char, 4096> some{};
    for (;;) {
        auto room = asio::buffer(some);
        const auto got = co_await from.async_read_some(room, asio::use_awaitable);
        auto out = asio::buffer(some, got);
        co_await asio::async_write(to, out, asio::use_awaitable);
    }
}

void close(tcp::socket& one) {
    boost::system::error_code ignored;
    one.close(ignored);
}

// Until either side ends.
void relay_both(asio::io_context& io, std::shared_ptr<tcp::socket> near, std::shared_ptr<tls_stream> far) {
    const auto end = [near, far](const std::exception_ptr&) {
        close(*near);
        close(far->next_layer());
    };
    asio::co_spawn(io, relay(*near, *far), end);
    asio::co_spawn(io, relay(*far, *near), end);
}

} // namespace

tls_door::tls_door(const inet_endpoint& far, tls_begin how)
    : door_(io_, {asio::ip::address_v4::loopback(), 0}) {
    asio::co_spawn(io_, pass_one({asio::ip::make_address(far.address), far.port}, how), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
}

tls_door::~tls_door() {
    io_.stop();
    thread_.join();
}

inet_endpoint tls_door::near() const { return {.address = "127.0.0.1", .port = door_.local_endpoint().port()}; }

std::string tls_door::problem() const {
    const std::lock_guard lock(mutex_);
    return problem_;
}

// What goes wrong ends the connection, which is what the near side sees.
asio::awaitable<void> tls_door::pass_one(tcp::endpoint to, tls_begin how) {
    auto accepted = co_await door_.async_accept(asio::use_awaitable);
    auto near = std::make_shared<tcp::socket>(std::move(accepted));
    auto far = std::make_shared<tls_stream>(io_, tls_);
    try {
        co_await far->next_layer().async_connect(to, asio::use_awaitable);
        std::string said;
        if (how == tls_begin::starttls) {
            co_await reply_of(far->next_layer());
            co_await ask(far->next_layer(), "EHLO localhost\r\n");
            said = co_await ask(far->next_layer(), "STARTTLS\r\n");
        }
        if (said.empty() || said.starts_with("220")) {
            co_await far->async_handshake(asio::ssl::stream_base::client, asio::use_awaitable);
            relay_both(io_, near, far);
        }
        auto greeting = asio::buffer(said);
        if (!said.empty()) co_await asio::async_write(*near, greeting, asio::use_awaitable);
    } catch (const std::exception& problem) {
        {
            const std::lock_guard lock(mutex_);
            problem_ = text_of(problem);
        }
        close(*near);
    }
}

} // namespace sealgate::milter
