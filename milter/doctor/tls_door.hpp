// A port that speaks TLS, as one that does not: what comes to its near side goes on through TLS. Nobody's name is verified,
// since whoever probes asks who decides behind the port, and sends nothing that is secret. For one connection, in a thread of
// its own. Tested by e2e/test_doctor.py.
#pragma once

#include "milter/settings/endpoint.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace sealgate::milter {

// From the first octet (RFC 8314), or after STARTTLS (RFC 3207).
enum class tls_begin : std::uint8_t { at_once, starttls };

class tls_door {
public:
    // Throws boost::system::system_error where this machine has no port left.
    tls_door(const inet_endpoint& far, tls_begin how);
    ~tls_door();
    tls_door(const tls_door&) = delete;
    tls_door& operator=(const tls_door&) = delete;

    // Where it is reached without TLS.
    inet_endpoint near() const;
    // Why nothing goes through; empty: nothing is known to be wrong. Any thread.
    std::string problem() const;

private:
    boost::asio::awaitable<void> pass_one(boost::asio::ip::tcp::endpoint far, tls_begin how);

    boost::asio::io_context io_;
    boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_client};
    boost::asio::ip::tcp::acceptor door_;
    mutable std::mutex mutex_;
    std::string problem_;
    std::thread thread_; // last: it uses all the others
};

} // namespace sealgate::milter
