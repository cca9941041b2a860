#include "milter/outbox/smtp_client.hpp"

#include "milter/base/as_result.hpp"
#include "milter/base/exception_text.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;

// Of the message, in one write.
constexpr std::size_t piece_size = 128 * 1024;

// Nothing if the operation is not done in time: then it is cancelled.
template <class T>
awaitable<std::optional<T>> within(std::chrono::milliseconds limit, awaitable<T> operation) {
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer timer(co_await asio::this_coro::executor, limit);
    auto first = co_await (std::move(operation) || timer.async_wait(asio::use_awaitable));
    if (auto* done = std::get_if<0>(&first)) co_return std::move(*done);
    co_return std::nullopt;
}

// RFC 5321 section 4.1.3: an address literal is a name that every server has to understand.
std::string own_name(const tcp::socket& socket) {
    boost::system::error_code error;
    const auto address = socket.local_endpoint(error).address();
    if (error) return "localhost";
    return address.is_v6() ? "[IPv6:" + address.to_string() + "]" : "[" + address.to_string() + "]";
}

using answered = smtp_dialogue::answer;

class conversation {
public:
    conversation(asio::any_io_executor executor, inet_endpoint server, smtp_deadlines deadlines)
        : socket_(executor)
        , server_(std::move(server))
        , deadlines_(deadlines) {}

    // The dialogue to its end. `about_to_end` may be empty where there is no message.
    awaitable<smtp_dialogue> run(outgoing_mail mail, before_the_end about_to_end);
    awaitable<void> say_goodbye();

private:
    awaitable<std::string> connect();
    awaitable<answered> hand_over_message(smtp_dialogue& dialogue, const before_the_end& about_to_end);
    awaitable<std::string> send_message(octets message);

    awaitable<answered> command(std::string line);
    awaitable<answered> read_reply(std::chrono::milliseconds limit);
    awaitable<std::string> send(std::string bytes);

    std::string server_name() const { return to_string(endpoint(server_)).substr(5); }

    tcp::socket socket_;
    inet_endpoint server_;
    smtp_deadlines deadlines_;
    reply_reader replies_;
};

awaitable<smtp_dialogue> conversation::run(outgoing_mail mail, before_the_end about_to_end) {
    auto problem = co_await connect();
    auto name = mail.introduction.empty() ? own_name(socket_) : mail.introduction;
    smtp_dialogue dialogue(std::move(mail), server_name(), std::move(name));
    answered said = std::unexpected(std::move(problem));
    if (said.error().empty()) said = co_await read_reply(deadlines_.step);
    for (;;) {
        auto next = dialogue.take(said);
        switch (next.what) {
        case smtp_dialogue::act::say: said = co_await command(std::move(next.line)); break;
        case smtp_dialogue::act::send_message: said = co_await hand_over_message(dialogue, about_to_end); break;
        case smtp_dialogue::act::finish: co_return dialogue;
        }
    }
}

// The answer to the final dot, or why it was not sent.
awaitable<answered> conversation::hand_over_message(smtp_dialogue& dialogue, const before_the_end& about_to_end) {
    auto problem = co_await send_message(dialogue.message());
    if (problem.empty()) {
        try {
            co_await about_to_end(dialogue.accepted());
        } catch (...) {
            problem = text_of(std::current_exception());
        }
    }
    if (!problem.empty()) {
        socket_.close(); // in the middle of the message: the server throws it away
        co_return std::unexpected(std::move(problem));
    }
    std::string dot(dialogue.final_dot());
    problem = co_await send(std::move(dot));
    if (!problem.empty()) co_return std::unexpected(std::move(problem));
    co_return co_await read_reply(deadlines_.end_of_message);
}

awaitable<std::string> conversation::connect() {
    const tcp::endpoint where(asio::ip::make_address(server_.address), server_.port);
    const auto done = co_await within(deadlines_.step, socket_.async_connect(where, as_result));
    if (!done) co_return "no connection to " + server_name() + " in time";
    if (const auto error = std::get<0>(*done)) co_return "no connection to " + server_name() + ": " + error.message();
    boost::system::error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    co_return std::string{};
}

// All but the final dot. Returns what went wrong, or nothing.
awaitable<std::string> conversation::send_message(octets message) {
    dot_stuffer stuff;
    for (std::string_view rest = message; !rest.empty();) {
        const auto piece = rest.substr(0, piece_size);
        if (auto problem = co_await send(stuff.take(piece)); !problem.empty()) co_return problem;
        rest.remove_prefix(piece.size());
    }
    co_return co_await send(stuff.end());
}

awaitable<void> conversation::say_goodbye() {
    if (!socket_.is_open()) co_return;
    const auto patience = std::min(deadlines_.step, std::chrono::milliseconds(1000)); // nothing depends on it
    if ((co_await send("QUIT\r\n")).empty()) co_await read_reply(patience);
}

awaitable<answered> conversation::command(std::string line) {
    if (replies_.has_unread()) co_return std::unexpected(server_name() + " speaks without being asked");
    if (auto problem = co_await send(line + "\r\n"); !problem.empty()) co_return std::unexpected(std::move(problem));
    co_return co_await read_reply(deadlines_.step);
}

awaitable<answered> conversation::read_reply(std::chrono::milliseconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    std::array<char, 4096> buffer;
    for (;;) {
        auto reply = replies_.next();
        if (!reply) {
            socket_.close();
            co_return std::unexpected(server_name() + " " + reply.error());
        }
        if (*reply) co_return **std::move(reply);
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        const auto read = co_await within(left, socket_.async_read_some(asio::buffer(buffer), as_result));
        if (!read || std::get<0>(*read)) {
            boost::system::error_code ignored;
            socket_.close(ignored);
            co_return std::unexpected(server_name() + (read ? " closed the connection" : " did not answer in time"));
        }
        replies_.feed({buffer.data(), std::get<1>(*read)});
    }
}

awaitable<std::string> conversation::send(std::string bytes) {
    if (bytes.empty()) co_return std::string{};
    const auto written = co_await within(deadlines_.step, asio::async_write(socket_, asio::buffer(bytes), as_result));
    if (written && !std::get<0>(*written)) co_return std::string{};
    boost::system::error_code ignored;
    socket_.close(ignored);
    co_return server_name() + (written ? " closed the connection" : " took nothing in time");
}

// Nothing depends on how it ends.
void leave(const asio::any_io_executor& executor, std::shared_ptr<conversation> with) {
    auto goodbye = [with = std::move(with)]() -> awaitable<void> { co_await with->say_goodbye(); };
    asio::co_spawn(executor, std::move(goodbye), asio::detached);
}

} // namespace

awaitable<handed_over> hand_over(inet_endpoint server, outgoing_mail mail, smtp_deadlines deadlines,
                                 before_the_end about_to_end) {
    const auto executor = co_await asio::this_coro::executor;
    const auto with = std::make_shared<conversation>(executor, std::move(server), deadlines);
    auto dialogue = co_await with->run(std::move(mail), std::move(about_to_end));
    leave(executor, with);
    co_return dialogue.finish();
}

awaitable<std::expected<std::optional<std::uint64_t>, std::string>> ask_size_limit(inet_endpoint server,
                                                                                   smtp_deadlines deadlines) {
    const auto executor = co_await asio::this_coro::executor;
    const auto with = std::make_shared<conversation>(executor, std::move(server), deadlines);
    outgoing_mail no_mail; // these are named: GCC 12 destroys a temporary within co_await twice
    before_the_end nothing;
    const auto dialogue = co_await with->run(std::move(no_mail), std::move(nothing));
    leave(executor, with);
    if (auto problem = dialogue.problem(); !problem.empty()) co_return std::unexpected(std::move(problem));
    co_return dialogue.size_limit();
}

} // namespace sealgate::milter
