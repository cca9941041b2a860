#include "milter/installation/reach.hpp"

#include "milter/settings/endpoint.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace sealgate::milter {

namespace {

constexpr timeval patience{.tv_sec = 5, .tv_usec = 0};

int connect_to(int family, const sockaddr* address, socklen_t length) {
    const int socket = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return errno;
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience); // connect(2) keeps to it too
    const int problem = ::connect(socket, address, length) == 0 ? 0 : errno;
    ::close(socket);
    return problem;
}

int connect_to(const std::string& path) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return ENAMETOOLONG;
    std::memcpy(address.sun_path, path.data(), path.size());
    return connect_to(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

int connect_to(const inet_endpoint& where) {
    sockaddr_in v4 = {};
    if (::inet_pton(AF_INET, where.address.c_str(), &v4.sin_addr) == 1) {
        v4.sin_family = AF_INET;
        v4.sin_port = htons(where.port);
        return connect_to(AF_INET, reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
    }
    sockaddr_in6 v6 = {};
    if (::inet_pton(AF_INET6, where.address.c_str(), &v6.sin6_addr) != 1) return EINVAL;
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(where.port);
    return connect_to(AF_INET6, reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
}

} // namespace

int try_to_reach(std::string_view milter, const account& daemon, const std::string& queue_directory, bool is_chrooted) {
    if (milter.starts_with("unix:") || milter.starts_with("local:")) {
        const std::string path(milter.substr(milter.find(':') + 1));
        return try_as(daemon, queue_directory, is_chrooted, [&] { return connect_to(path); });
    }
    const auto where = parse_endpoint(milter);
    if (!where || !std::holds_alternative<inet_endpoint>(*where)) return EINVAL;
    return try_as(daemon, queue_directory, is_chrooted, [&] { return connect_to(std::get<inet_endpoint>(*where)); });
}

} // namespace sealgate::milter
