// An SMTP server for tests that says what each test needs, on the same thread as what it tests.
//
// It answers each step ("greeting", EHLO, MAIL, RCPT, DATA, ".", QUIT) as an ordinary server would, unless
// told otherwise.
#pragma once

#include "milter/base/as_result.hpp"
#include "milter/settings/endpoint.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter::test {

namespace asio = boost::asio;

inline constexpr std::string_view hang_up = "hang up";
inline constexpr std::string_view silence = "silence";

struct delivered {
    std::string sender_line;
    std::vector<std::string> recipients;
    std::string data; // as it came, without the final dot
};

class scripted_server {
public:
    explicit scripted_server(asio::io_context& io)
        : io_(io)
        , acceptor_(io, {asio::ip::address_v4::loopback(), 0}) {
        port_ = acceptor_.local_endpoint().port();
        asio::co_spawn(io_, accept(), asio::detached);
    }

    inet_endpoint where() const { return {.address = "127.0.0.1", .port = port_}; }

    // From now on that step is answered so; a reply's line end is added. `times` 0: always.
    void answer(const std::string& step, std::string_view reply, int times = 0) {
        for (int i = 0; i < std::max(times, 1); ++i) answers_[step].emplace_back(reply);
        if (times == 0) always_[step] = true;
    }
    void usual(const std::string& step) { answers_.erase(step), always_.erase(step); }
    // For RCPT lines that have this in them.
    void answer_recipient(const std::string& address, std::string_view reply) { recipients_[address] = reply; }

    void go_away() { acceptor_.close(); }
    void come_back() {
        acceptor_ = asio::ip::tcp::acceptor(io_, {asio::ip::address_v4::loopback(), port_});
        asio::co_spawn(io_, accept(), asio::detached);
    }

    std::vector<std::string> commands;
    std::vector<delivered> deliveries;
    std::vector<std::string> extensions{"8BITMIME", "SIZE 1000000", "SMTPUTF8"};
    std::chrono::milliseconds before_data{0};
    std::chrono::milliseconds before_answer{0}; // to the end of a message
    int open = 0;
    int most_open = 0;

private:
    asio::awaitable<void> accept() {
        for (;;) {
            auto [error, socket] = co_await acceptor_.async_accept(as_result);
            if (error) co_return;
            most_open = std::max(most_open, ++open);
            asio::co_spawn(io_, serve(std::move(socket)), [this](const std::exception_ptr&) { --open; });
        }
    }

    std::string reply_to(const std::string& step, std::string usual) {
        const auto at = answers_.find(step);
        if (at == answers_.end() || at->second.empty()) return usual;
        const auto reply = at->second.front();
        if (!always_[step]) at->second.pop_front();
        return reply;
    }

    asio::awaitable<void> pause(std::chrono::milliseconds length) {
        if (length.count() == 0) co_return;
        asio::steady_timer timer(io_, length);
        co_await timer.async_wait(as_result);
    }

    // False where the conversation ends.
    asio::awaitable<bool> say(asio::ip::tcp::socket& socket, std::string reply) {
        if (reply == hang_up) co_return false;
        if (reply == silence) {
            char more = 0;
            co_await socket.async_read_some(asio::buffer(&more, 1), as_result);
            co_return false;
        }
        reply += "\r\n";
        const auto [error, count] = co_await asio::async_write(socket, asio::buffer(reply), as_result);
        co_return !error;
    }

    asio::awaitable<std::optional<std::string>> read_to(asio::ip::tcp::socket& socket, std::string& unread, std::string end) {
        const auto [error, count] = co_await asio::async_read_until(socket, asio::dynamic_buffer(unread), end, as_result);
        if (error) co_return std::nullopt;
        auto text = unread.substr(0, count - end.size());
        unread.erase(0, count);
        co_return text;
    }

    std::string hello() const {
        std::string out = extensions.empty() ? "250 test" : "250-test";
        for (std::size_t i = 0; i < extensions.size(); ++i)
            out += "\r\n250" + std::string(i + 1 == extensions.size() ? " " : "-") + extensions[i];
        return out;
    }

    std::string to_recipient(const std::string& line) {
        for (const auto& [address, reply] : recipients_)
            if (line.find(address) != std::string::npos) return reply;
        return reply_to("RCPT", "250 2.1.5 Ok");
    }

    asio::awaitable<void> serve(asio::ip::tcp::socket socket) {
        std::string unread;
        delivered mail;
        if (!co_await say(socket, reply_to("greeting", "220 test ESMTP"))) co_return;
        for (;;) {
            auto line = co_await read_to(socket, unread, "\r\n");
            if (!line) co_return;
            commands.push_back(*line);
            const auto verb = line->substr(0, 4);
            std::string reply = "502 5.5.1 what?";
            if (verb == "EHLO") reply = reply_to(verb, hello());
            if (verb == "MAIL")
                mail = {.sender_line = *line, .recipients = {}, .data = {}}, reply = reply_to(verb, "250 2.1.0 Ok");
            if (verb == "RCPT") {
                reply = to_recipient(*line);
                if (reply[0] == '2') mail.recipients.push_back(line->substr(9, line->size() - 10));
            }
            if (verb == "QUIT") reply = reply_to(verb, "221 2.0.0 Bye");
            if (verb == "DATA") reply = reply_to(verb, "354 go on");
            if (verb == "DATA") co_await pause(before_data);
            if (!co_await say(socket, reply)) co_return;
            if (verb != "DATA" || reply.substr(0, 3) != "354") continue;
            unread.insert(0, "\r\n"); // so that a lone dot is found at the very beginning too
            auto data = co_await read_to(socket, unread, "\r\n.\r\n");
            if (!data) co_return;
            commands.emplace_back(".");
            co_await pause(before_answer);
            mail.data = data->size() < 2 ? "" : data->substr(2) + "\r\n";
            reply = reply_to(".", "250 2.0.0 Ok: queued as 4XyZ");
            if (reply[0] == '2') deliveries.push_back(mail);
            if (!co_await say(socket, reply)) co_return;
        }
    }

    asio::io_context& io_;
    asio::ip::tcp::acceptor acceptor_;
    std::uint16_t port_ = 0;
    std::map<std::string, std::deque<std::string>> answers_;
    std::map<std::string, bool> always_;
    std::map<std::string, std::string> recipients_;
};

} // namespace sealgate::milter::test
