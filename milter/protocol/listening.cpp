#include "milter/protocol/listening.hpp"

#include "milter/base/exception_text.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

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

socket_acceptor listening(asio::io_context& io, const endpoint& where, ::mode_t mode) {
    const auto* local = std::get_if<unix_endpoint>(&where);
    if (local) remove_stale_socket(io, *local);
    const auto address = address_of(where);
    socket_acceptor made(io);
    made.open(address.protocol());
    if (!local) made.set_option(asio::socket_base::reuse_address(true));
    made.bind(address);
    if (local && ::chmod(local->path.c_str(), mode) != 0) throw std::runtime_error("cannot set the mode of " + local->path);
    made.listen();
    return made;
}

} // namespace

socket_acceptor listen_on(asio::io_context& io, const endpoint& where, ::mode_t mode) {
    try {
        return listening(io, where, mode);
    } catch (const std::exception& problem) {
        throw std::runtime_error("cannot listen on " + to_string(where) + ": " + text_of(problem));
    }
}

void stop_listening(socket_acceptor& on, const endpoint& where) {
    boost::system::error_code ignored;
    on.close(ignored);
    if (const auto* local = std::get_if<unix_endpoint>(&where)) ::unlink(local->path.c_str());
}

} // namespace sealgate::milter
