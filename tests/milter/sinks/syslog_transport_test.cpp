// The way to a syslog: lines counted by their octets, an end that is seen, and nobody who waits longer than he was told.
#include "milter/sinks/destination.hpp"
#include "milter/sinks/syslog_transport.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <gmock/gmock.h>

#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

namespace sealgate::milter {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::HasSubstr;

class SyslogTransport : public testing::Test {
protected:
    std::unique_ptr<syslog_transport> connected(int stop = -1, std::chrono::seconds patience = 5s) {
        auto out = syslog_transport::open(
            {.by = syslog_url::way::tcp, .host = "127.0.0.1", .port = std::to_string(listener.local_endpoint().port())}, stop,
            patience);
        listener.accept(server);
        return out;
    }

    std::string received(std::size_t octets) {
        std::string out(octets, '\0');
        asio::read(server, asio::buffer(out));
        return out;
    }

    asio::io_context io;
    asio::ip::tcp::acceptor listener{io, {asio::ip::make_address("127.0.0.1"), 0}};
    asio::ip::tcp::socket server{io};
};

TEST_F(SyslogTransport, CountsEachLineByItsOctets) {
    const auto to = connected();
    const std::string lines[] = {"<134>1 one", "<134>1 zw\u00F6lf"};
    to->send(lines);
    EXPECT_EQ(received(29), "10 <134>1 one13 <134>1 zw\u00F6lf");
}

TEST_F(SyslogTransport, TheEndThatIsReadToIsKnown) {
    const auto to = connected();
    const std::string lines[] = {"one"};
    to->send(lines);
    std::jthread reader([&] {
        received(5);
        boost::system::error_code end;
        char more = 0;
        server.read_some(asio::buffer(&more, 1), end);
        server.close();
    });
    EXPECT_TRUE(to->finish());
}

TEST_F(SyslogTransport, OneThatDoesNotReadIsNotWaitedForAtTheEnd) {
    const auto to = connected();
    EXPECT_FALSE(to->finish());
}

TEST_F(SyslogTransport, OneThatHasGoneIsNoticedBeforeItsLinesAreTakenForSent) {
    const auto to = connected();
    server.close();
    std::this_thread::sleep_for(50ms);
    const std::string lines[] = {"one"};
    EXPECT_THROW(to->look(), std::runtime_error);
    EXPECT_THROW(to->send(lines), std::runtime_error);
}

TEST_F(SyslogTransport, WhoeverIsToldToStopWaitsForNobody) {
    const int stop = ::eventfd(0, EFD_CLOEXEC);
    const auto to = connected(stop, 60s);
    const std::vector<std::string> much(1000, std::string(100'000, 'x')); // more than any buffer takes
    std::jthread teller([stop] {
        std::this_thread::sleep_for(100ms);
        const std::uint64_t one = 1;
        EXPECT_EQ(::write(stop, &one, sizeof one), static_cast<ssize_t>(sizeof one));
    });
    EXPECT_THROW(to->send(much), stopped);
    teller.join();
    ::close(stop);
}

TEST_F(SyslogTransport, OneThatDoesNotReadIsGivenUp) {
    const auto to = connected(-1, 1s);
    const std::vector<std::string> much(1000, std::string(100'000, 'x'));
    EXPECT_THROW(to->send(much), std::runtime_error);
}

TEST_F(SyslogTransport, NobodyThereIsSaid) {
    const auto port = std::to_string(listener.local_endpoint().port());
    listener.close();
    try {
        syslog_transport::open({.by = syslog_url::way::tcp, .host = "127.0.0.1", .port = port}, -1, 5s);
        ADD_FAILURE();
    } catch (const std::runtime_error& why) {
        EXPECT_THAT(why.what(), HasSubstr("no connection to 127.0.0.1:" + port + ": Connection refused"));
    }
}

} // namespace
} // namespace sealgate::milter
