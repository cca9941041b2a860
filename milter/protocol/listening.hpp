// A socket that waits for connections. One that a crash left behind is in the way, and goes; one that answers is another
// gateway's. Tested by control/short_server_test.
#pragma once

#include "milter/settings/endpoint.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include <sys/types.h>

namespace sealgate::milter {

using socket_acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

// `mode`: of the file of a unix socket. Throws std::runtime_error with the endpoint and the system's reason.
socket_acceptor listen_on(boost::asio::io_context& io, const endpoint& where, ::mode_t mode);

// Its file goes too.
void stop_listening(socket_acceptor& on, const endpoint& where);

} // namespace sealgate::milter
