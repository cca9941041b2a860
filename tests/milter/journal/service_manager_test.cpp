// What systemd hears, by a socket of the test's own in its place, and that nobody is told where nobody asks.
#include "milter/journal/service_manager.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace sealgate::milter {
namespace {

// Receives datagrams, under a name without a file.
class listener {
public:
    listener() {
        sockaddr_un own{};
        own.sun_family = AF_UNIX;
        std::memcpy(own.sun_path + 1, name_.data(), name_.size());
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name_.size());
        EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&own), length), 0);
    }
    ~listener() { ::close(socket_); }

    std::string spelled() const { return "@" + name_; }

    std::string next() {
        char octets[1024];
        const auto count = ::recv(socket_, octets, sizeof octets, MSG_DONTWAIT);
        return count < 0 ? "nothing" : std::string(octets, static_cast<std::size_t>(count));
    }

private:
    std::string name_ = "sealgate-test-" + std::to_string(::getpid());
    int socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

TEST(ServiceManager, HearsOfReadinessLifeAndTheEnd) {
    listener systemd;
    ::setenv("NOTIFY_SOCKET", systemd.spelled().c_str(), 1);
    ::setenv("WATCHDOG_USEC", "4000000", 1);
    const service_manager manager;
    EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr) << "a child must not speak for us";
    EXPECT_EQ(manager.watchdog(), std::chrono::seconds(4));
    manager.ready();
    manager.alive();
    manager.status("enforce\nREADY=0");
    manager.stopping();
    EXPECT_EQ(systemd.next(), "READY=1");
    EXPECT_EQ(systemd.next(), "WATCHDOG=1");
    EXPECT_EQ(systemd.next().find('\n'), std::string::npos) << "a line end would be another message";
    EXPECT_EQ(systemd.next(), "STOPPING=1");
    EXPECT_EQ(systemd.next(), "nothing");
}

TEST(ServiceManager, WithoutOneNothingIsSentAndNothingFails) {
    const service_manager manager;
    EXPECT_EQ(manager.watchdog(), std::nullopt);
    manager.ready();
}

TEST(ServiceManager, TheWatchdogOfAnotherProcessIsNotOurs) {
    ::setenv("WATCHDOG_USEC", "4000000", 1);
    ::setenv("WATCHDOG_PID", "1", 1);
    EXPECT_EQ(service_manager().watchdog(), std::nullopt);
    ::setenv("WATCHDOG_USEC", "soon", 1);
    EXPECT_EQ(service_manager().watchdog(), std::nullopt);
}

TEST(DatagramSocket, WhereNobodyListensNothingIsTakenAndNothingWaits) {
    EXPECT_FALSE(datagram_socket("/nowhere/socket").send("text"));
    EXPECT_FALSE(datagram_socket("").is_open());
    EXPECT_FALSE(datagram_socket("relative").is_open());
    EXPECT_FALSE(datagram_socket("/" + std::string(200, 'x')).is_open());
    listener slow;
    const datagram_socket full(slow.spelled());
    int sent = 0;
    while (full.send(std::string(500, 'x')) && sent < 100'000) ++sent;
    EXPECT_LT(sent, 100'000) << "somebody who does not read is not waited for";
}

} // namespace
} // namespace sealgate::milter
