// The listeners: accepts connections within the limit, and drains them at the end.
//
// A unix socket is made with mode 0666 in a directory whose permissions decide who may connect; a stale socket file is
// replaced, one that somebody listens on is not. Runs on one thread: the caller's io_context.
// Tested by e2e/test_protocols.py.
#pragma once

#include "milter/protocol/connection.hpp"
#include "milter/settings/endpoint.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

namespace sealgate::milter {

class server {
public:
    // Options are asked for anew for each connection, so that a reload reaches the next one.
    using options_source = std::function<connection_options()>;

    server(boost::asio::io_context& io, std::size_t most_connections, options_source options);
    ~server();

    // Throws std::runtime_error with the endpoint and the system's reason.
    void listen(const endpoint& where);

    std::size_t connections() const { return open_.size(); }

    // Stops accepting; each connection ends when its message is answered. Then `drained` is called, once; after `grace` the
    // rest is closed.
    void drain(std::chrono::seconds grace, std::function<void()> drained);

private:
    struct listener;

    boost::asio::awaitable<void> accept_loop(std::shared_ptr<listener> from);
    boost::asio::awaitable<bool> accept_one(listener& from, const std::string& where);
    void start(stream_socket socket, const std::string& where);
    void finish_if_drained();

    boost::asio::io_context& io_;
    std::size_t most_connections_;
    options_source options_;
    std::vector<std::shared_ptr<listener>> listeners_;
    std::unordered_set<std::shared_ptr<connection>> open_;
    boost::asio::steady_timer grace_;
    std::function<void()> drained_;
    bool at_limit_ = false;
};

} // namespace sealgate::milter
