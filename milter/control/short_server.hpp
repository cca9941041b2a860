// Serves short conversations: one question, one answer, and the connection closes. The control socket and the metrics are such.
//
// Bounded: a question has so many octets, comes within some seconds, and few are asked at once. Network thread.
#pragma once

#include "milter/protocol/listening.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace sealgate::milter {

struct short_talk {
    std::string_view end; // of a question
    std::size_t longest = 8192;
    std::chrono::seconds patience{10}; // for the question, and for the answer to be taken
    std::size_t most_at_once = 16;
    // Gets the question with its end.
    std::function<boost::asio::awaitable<std::string>(std::string question)> answer;
};

class short_server {
public:
    // Throws as listen_on() does. The io_context must not run any more when it is destroyed.
    short_server(boost::asio::io_context& io, endpoint where, ::mode_t mode, short_talk talk);
    ~short_server();

private:
    boost::asio::awaitable<void> accept_loop();
    boost::asio::awaitable<void> converse(boost::asio::generic::stream_protocol::socket with);

    boost::asio::io_context& io_;
    endpoint where_;
    short_talk talk_;
    socket_acceptor acceptor_;
    std::size_t open_ = 0;
};

} // namespace sealgate::milter
