#include "milter/journal/datagram_socket.hpp"

#include <cstddef>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace sealgate::milter {

datagram_socket::datagram_socket(std::string path)
    : path_(std::move(path)) {
    if (path_.empty() || path_.size() >= sizeof sockaddr_un::sun_path || (path_[0] != '/' && path_[0] != '@')) return;
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

datagram_socket::~datagram_socket() {
    if (socket_ >= 0) ::close(socket_);
}

bool datagram_socket::send(std::string_view octets) const {
    if (socket_ < 0) return false;
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    std::memcpy(to.sun_path, path_.data(), path_.size());
    if (to.sun_path[0] == '@') to.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size());
    const auto sent = ::sendto(socket_, octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                               reinterpret_cast<const sockaddr*>(&to), length);
    return sent == static_cast<ssize_t>(octets.size());
}

} // namespace sealgate::milter
