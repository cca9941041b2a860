#include "milter/sinks/syslog_transport.hpp"

#include "milter/base/exception_text.hpp"
#include "milter/sinks/destination.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/datagram_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <netinet/tcp.h>
#include <optional>
#include <stdexcept>
#include <sys/ioctl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t most_in_hand = 256 * 1024;                             // octets that the kernel keeps for the other end
constexpr std::size_t most_in_a_piece = 64 * 1024, most_unasked = 64 * 1024; // octets
constexpr int most_done_at_once = 100;
constexpr std::chrono::seconds patience_at_the_end{2}, shortest_share{5};

[[noreturn]] void fail(const std::string& doing, const error_code& why) {
    throw std::runtime_error(doing + ": " + text_of(boost::system::system_error(why)));
}

// Runs one thing that Asio does, and waits for it.
class waiting_thread {
public:
    waiting_thread(int stop, std::chrono::seconds patience)
        : stop_(io_)
        , patience_(patience) {
        if (stop < 0) return;
        const auto own = ::dup(stop);
        if (own < 0) throw std::system_error(errno, std::generic_category(), "dup");
        stop_.assign(own);
        stop_.async_wait(asio::posix::stream_descriptor::wait_read, [this](error_code) { is_stopped_ = true; });
    }

    asio::io_context& io() { return io_; }

    // `start` takes what is called at its end. Throws `stopped`.
    template <class Start>
    error_code run(Start start, std::chrono::seconds patience, bool heeds_stop = true) {
        auto done = std::make_shared<std::optional<error_code>>();
        start([done](error_code how, auto&&...) { *done = how; });
        const auto until = steady_clock::now() + patience;
        while (!*done) {
            if (is_stopped_ && heeds_stop) throw stopped{};
            if (steady_clock::now() >= until) return asio::error::timed_out;
            io_.restart();
            io_.run_one_until(until);
        }
        return **done;
    }

    template <class Start>
    void run(const std::string& doing, Start start) {
        if (const auto how = run(std::move(start), patience_)) fail(doing, how);
    }

    // What is done by now, and not all that somebody who talks without an end would like to be done.
    void look() {
        io_.restart();
        for (int i = 0; i < most_done_at_once && io_.poll_one() > 0; ++i) {
        }
        if (is_stopped_) throw stopped{};
    }

private:
    asio::io_context io_;
    asio::posix::stream_descriptor stop_;
    bool is_stopped_ = false;
    std::chrono::seconds patience_;
};

class local_socket : public syslog_transport {
public:
    local_socket(const std::string& path, int stop, std::chrono::seconds patience)
        : thread_(stop, patience)
        , path_(path)
        , socket_(thread_.io()) {
        error_code wrong;
        socket_.connect(path, wrong);
        if (wrong) fail(path_, wrong);
    }

    void send(std::span<const std::string> lines) override {
        for (const auto& line : lines)
            thread_.run(path_, [&](auto done) { socket_.async_send(asio::buffer(line), std::move(done)); });
    }
    bool look() override { return true; }
    bool finish() override { return true; }

private:
    waiting_thread thread_;
    std::string path_;
    asio::local::datagram_protocol::socket socket_;
};

// `Stream`: what is written to; a TCP connection or TLS over one.
template <class Stream>
class network_stream : public syslog_transport {
public:
    void send(std::span<const std::string> lines) override {
        look();
        std::string frames;
        for (const auto& line : lines) {
            frames += std::to_string(line.size()) + " " + line;
            if (frames.size() >= most_in_a_piece) write(frames);
        }
        write(frames);
        look();
    }

    // Nobody answers here: what comes is the end.
    bool look() override {
        thread_.look();
        if (ended_) fail(name_, *ended_);
        int on_their_way = 0; // octets
        return ::ioctl(tcp().native_handle(), TIOCOUTQ, &on_their_way) == 0 && on_their_way == 0;
    }

    // Whoever closes the connection when we have, has read to its end.
    bool finish() override {
        if (ended_) return false;
        close_our_side();
        auto wait_for_it = [this](auto done) {
            on_end_ = std::move(done);
            if (ended_) on_end_(*ended_);
        };
        const auto how = thread_.run(std::move(wait_for_it), patience_at_the_end, false);
        return how == asio::error::eof;
    }

protected:
    template <class... More>
    network_stream(const syslog_url& to, int stop, std::chrono::seconds patience, More&... more)
        : thread_(stop, patience)
        , name_(to.host + ":" + to.port)
        , stream_(thread_.io(), more...) {
        connect(to, patience);
        tcp().set_option(asio::socket_base::send_buffer_size(most_in_hand));
        tcp().set_option(asio::socket_base::keep_alive(true));
        // A line that leads nowhere is noticed, also while nothing is sent and while something is on its way.
        for (const auto& [option, value] : {std::pair(TCP_KEEPIDLE, 10), std::pair(TCP_KEEPINTVL, 5), std::pair(TCP_KEEPCNT, 3),
                                            std::pair(TCP_USER_TIMEOUT, 15'000)})
            ::setsockopt(tcp().native_handle(), IPPROTO_TCP, option, &value, sizeof value);
    }

    void wait_for_the_end() {
        stream_.async_read_some(asio::buffer(answer_), [this](error_code how, std::size_t octets) {
            heard_ += octets;
            if (!how && heard_ < most_unasked) return wait_for_the_end();
            ended_ = how ? how : error_code(asio::error::message_size);
            if (on_end_) on_end_(*ended_);
        });
    }

    virtual void close_our_side() = 0;

    auto& tcp() { return stream_.lowest_layer(); }

    waiting_thread thread_;
    std::string name_;
    Stream stream_;

private:
    // One address after the other, each for its share of the time: one that leads nowhere does not hide the next.
    void connect(const syslog_url& to, std::chrono::seconds patience) {
        asio::ip::tcp::resolver resolver(thread_.io());
        asio::ip::tcp::resolver::results_type found;
        thread_.run("looking for " + to.host, [&](auto done) {
            resolver.async_resolve(to.host, to.port, [&found, done](error_code how, auto all) mutable {
                found = std::move(all);
                done(how);
            });
        });
        error_code how = asio::error::host_not_found;
        const auto share = std::max<std::chrono::seconds>(patience / std::max<std::size_t>(found.size(), 1), shortest_share);
        for (const auto& where : found) {
            error_code ignored;
            tcp().close(ignored);
            how = thread_.run([&](auto done) { tcp().async_connect(where.endpoint(), std::move(done)); }, share);
            if (!how) return;
        }
        fail("no connection to " + name_, how);
    }

    void write(std::string& frames) {
        thread_.run(name_, [&](auto done) { asio::async_write(stream_, asio::buffer(frames), std::move(done)); });
        frames.clear();
    }

    std::size_t heard_ = 0; // octets
    std::optional<error_code> ended_;
    std::function<void(error_code)> on_end_;
    std::array<char, 512> answer_{};
};

class tcp_stream : public network_stream<asio::ip::tcp::socket> {
public:
    tcp_stream(const syslog_url& to, int stop, std::chrono::seconds patience)
        : network_stream(to, stop, patience) {
        wait_for_the_end();
    }

private:
    void close_our_side() override {
        error_code ignored;
        tcp().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    }
};

asio::ssl::context context_for(const syslog_url& to) {
    asio::ssl::context out(asio::ssl::context::tls_client);
    out.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
    error_code wrong;
    const auto check = [&](const std::string& file) {
        if (wrong) fail(file, wrong);
    };
    to.ca.empty() ? void(out.set_default_verify_paths(wrong)) : void(out.load_verify_file(to.ca, wrong));
    check(to.ca);
    if (to.certificate.empty()) return out;
    out.use_certificate_chain_file(to.certificate, wrong);
    check(to.certificate);
    out.use_private_key_file(to.key, asio::ssl::context::pem, wrong);
    check(to.key);
    return out;
}

struct with_context {
    asio::ssl::context context;
};

class tls_stream : with_context, public network_stream<asio::ssl::stream<asio::ip::tcp::socket>> {
public:
    tls_stream(const syslog_url& to, int stop, std::chrono::seconds patience)
        : with_context{context_for(to)}
        , network_stream(to, stop, patience, with_context::context) {
        stream_.set_verify_mode(asio::ssl::verify_peer);
        stream_.set_verify_callback(asio::ssl::host_name_verification(to.host));
        error_code is_name; // RFC 6066 section 3: an address is not sent
        asio::ip::make_address(to.host, is_name);
        if (is_name && SSL_set_tlsext_host_name(stream_.native_handle(), to.host.c_str()) != 1)
            throw std::runtime_error(name_ + ": no memory");
        thread_.run("TLS with " + name_,
                    [&](auto done) { stream_.async_handshake(asio::ssl::stream_base::client, std::move(done)); });
        wait_for_the_end();
    }

private:
    void close_our_side() override {
        stream_.async_shutdown([](error_code) {}); // its close_notify goes out, and the answer is the end that is waited for
    }
};

} // namespace

std::unique_ptr<syslog_transport> syslog_transport::open(const syslog_url& to, int stop, std::chrono::seconds patience) {
    switch (to.by) {
    case syslog_url::way::local: return std::make_unique<local_socket>(to.path, stop, patience);
    case syslog_url::way::tcp: return std::make_unique<tcp_stream>(to, stop, patience);
    case syslog_url::way::tls: return std::make_unique<tls_stream>(to, stop, patience);
    }
    std::unreachable();
}

} // namespace sealgate::milter
