// A datagram to a socket of systemd's: the journal, or what hears of readiness. Nobody there, or nobody who takes it now: it is
// not sent, and nothing waits. Tested by journal/service_manager_test.
#pragma once

#include <string>
#include <string_view>

namespace sealgate::milter {

class datagram_socket {
public:
    // `path`: of a unix socket; one that begins with @ is abstract (sd_notify(3)). Empty or too long: nothing is ever sent.
    explicit datagram_socket(std::string path);
    ~datagram_socket();
    datagram_socket(const datagram_socket&) = delete;
    datagram_socket& operator=(const datagram_socket&) = delete;

    bool is_open() const { return socket_ >= 0; }
    // Whether it was taken. Any thread.
    bool send(std::string_view octets) const;

private:
    std::string path_;
    int socket_ = -1;
};

} // namespace sealgate::milter
