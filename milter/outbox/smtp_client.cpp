#include "milter/outbox/smtp_client.hpp"

#include "milter/base/exception_text.hpp"
#include "milter/outbox/copy_file.hpp"
#include "policy/base/text.hpp"

#include <boost/asio/as_tuple.hpp>
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
#include <charconv>
#include <exception>
#include <utility>

namespace sealgate::milter {

namespace {

namespace asio = boost::asio;
using asio::awaitable;
using asio::ip::tcp;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

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

using answered = std::expected<server_reply, std::string>;

recipient_fate fate_of(const answered& answer) {
    if (!answer) return {.what = fate::waits, .reply = answer.error()};
    const auto what = answer->kind() == 2 ? fate::taken : answer->kind() == 5 ? fate::refused : fate::waits;
    return {.what = what, .reply = answer->printable()};
}

class conversation {
public:
    conversation(asio::any_io_executor executor, inet_endpoint server, outgoing_mail mail, smtp_deadlines deadlines)
        : socket_(executor)
        , server_(std::move(server))
        , mail_(std::move(mail))
        , deadlines_(deadlines) {
        result_.recipients.resize(mail_.recipients.size());
    }

    awaitable<handed_over> run(before_the_end about_to_end);
    awaitable<std::expected<std::optional<std::uint64_t>, std::string>> ask_size_limit();
    awaitable<void> say_goodbye();

private:
    awaitable<std::string> introduce();
    awaitable<std::string> connect();
    std::string mail_command() const;
    awaitable<bool> name_recipients();
    awaitable<std::string> send_message();
    awaitable<void> end_message(before_the_end about_to_end);

    awaitable<answered> command(std::string line);
    awaitable<answered> read_reply(std::chrono::milliseconds limit);
    awaitable<std::string> send(std::string bytes);

    bool offers(std::string_view extension) const {
        return std::ranges::any_of(extensions_, [&](const auto& one) { return text::iequals(word_of(one), extension); });
    }
    static std::string_view word_of(std::string_view line) { return line.substr(0, line.find(' ')); }
    void all(const std::vector<std::size_t>& which, const recipient_fate& fate) {
        for (const auto index : which) result_.recipients[index] = fate;
    }
    std::string server_name() const { return to_string(endpoint(server_)).substr(5); }

    tcp::socket socket_;
    inet_endpoint server_;
    outgoing_mail mail_;
    smtp_deadlines deadlines_;
    reply_reader replies_;
    std::vector<std::string> extensions_; // with what stands behind the word
    std::vector<std::size_t> undecided_;  // indices of the recipients nothing is known of yet
    std::vector<std::size_t> accepted_;
    handed_over result_;
};

awaitable<handed_over> conversation::run(before_the_end about_to_end) {
    for (std::size_t i = 0; i < mail_.recipients.size(); ++i) undecided_.push_back(i);
    if (const auto problem = co_await introduce(); !problem.empty()) {
        all(undecided_, {.what = fate::waits, .reply = problem});
        co_return std::move(result_);
    }
    result_.reached = true;
    const auto from = co_await command(mail_command());
    if (!from || from->kind() != 2) {
        all(undecided_, fate_of(from));
    } else if (co_await name_recipients()) {
        co_await end_message(std::move(about_to_end));
    }
    co_return std::move(result_);
}

awaitable<std::expected<std::optional<std::uint64_t>, std::string>> conversation::ask_size_limit() {
    if (auto problem = co_await introduce(); !problem.empty()) co_return std::unexpected(std::move(problem));
    std::optional<std::uint64_t> most;
    for (const auto& line : extensions_) {
        if (!text::iequals(word_of(line), "SIZE")) continue;
        const auto number = text::trim(std::string_view(line).substr(word_of(line).size()));
        std::uint64_t octets = 0;
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), octets);
        // 0: no limit.
        if (error == std::errc{} && end == number.data() + number.size() && octets > 0) most = octets;
    }
    co_return most;
}

// Up to the answer to EHLO. Returns what went wrong, or nothing.
awaitable<std::string> conversation::introduce() {
    if (auto problem = co_await connect(); !problem.empty()) co_return problem;
    const auto greeting = co_await read_reply(deadlines_.step);
    if (!greeting) co_return greeting.error();
    if (greeting->kind() != 2) co_return server_name() + " greets with " + greeting->printable();
    const auto hello = co_await command("EHLO " + own_name(socket_));
    if (!hello) co_return hello.error();
    if (hello->kind() != 2) co_return server_name() + " answers EHLO with " + hello->printable();
    extensions_.assign(hello->lines.begin() + 1, hello->lines.end());
    co_return std::string{};
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

std::string conversation::mail_command() const {
    auto line = "MAIL FROM:<" + mail_.sender + ">";
    if (offers("SIZE")) line += " SIZE=" + std::to_string(mail_.message->size());
    if (offers("8BITMIME") && !text::is_ascii(*mail_.message)) line += " BODY=8BITMIME";
    const bool ascii =
        text::is_ascii(mail_.sender) && std::ranges::all_of(mail_.recipients, text::is_ascii, &outgoing_recipient::address);
    if (offers("SMTPUTF8") && !ascii) line += " SMTPUTF8";
    if (offers("DSN")) line += parameters(mail_.dsn);
    return line;
}

// Whether somebody was accepted, and there is a message to send.
awaitable<bool> conversation::name_recipients() {
    const bool utf8 = offers("SMTPUTF8");
    while (!undecided_.empty()) {
        const auto index = undecided_.front();
        const auto& [address, dsn] = mail_.recipients[index];
        auto& fate = result_.recipients[index];
        if (!is_envelope_address(address)) {
            fate = {.what = fate::refused, .reply = "553 5.1.3 this address cannot be sent to a mail server"};
        } else if (!utf8 && !(text::is_ascii(address) && text::is_ascii(mail_.sender))) {
            // RFC 6531 section 3.5
            fate = {.what = fate::refused, .reply = "553 5.6.7 the mail server does not take addresses beyond ASCII"};
        } else {
            auto line = "RCPT TO:<" + address + ">";
            if (offers("DSN")) line += parameters(dsn);
            const auto answer = co_await command(std::move(line));
            fate = fate_of(answer);
            if (!answer || answer->code == 421) { // 421: the server closes
                all(undecided_, fate);
                all(accepted_, fate);
                co_return false;
            }
            if (answer->code == 552) fate.what = fate::waits; // too many recipients, RFC 5321 section 4.5.3.1.10
            if (fate.what == fate::taken) {
                accepted_.push_back(index);
                fate.what = fate::waits; // until the message is taken
            }
        }
        undecided_.erase(undecided_.begin());
    }
    co_return !accepted_.empty();
}

// All but the final dot. Returns what went wrong, or nothing.
awaitable<std::string> conversation::send_message() {
    dot_stuffer stuff;
    for (std::string_view rest = *mail_.message; !rest.empty();) {
        const auto piece = rest.substr(0, piece_size);
        if (auto problem = co_await send(stuff.take(piece)); !problem.empty()) co_return problem;
        rest.remove_prefix(piece.size());
    }
    co_return co_await send(stuff.end());
}

awaitable<void> conversation::end_message(before_the_end about_to_end) {
    const auto go_on = co_await command("DATA");
    if (!go_on || go_on->code != 354) {
        auto fate = fate_of(go_on);
        if (fate.what == fate::taken) fate.what = fate::waits; // it has not seen a message yet
        co_return all(accepted_, fate);
    }
    auto problem = co_await send_message();
    if (problem.empty()) {
        try {
            co_await about_to_end(accepted_);
        } catch (...) {
            problem = text_of(std::current_exception());
        }
    }
    if (!problem.empty()) {
        socket_.close(); // in the middle of the message: the server throws it away
        co_return all(accepted_, {.what = fate::waits, .reply = problem});
    }
    // From here on the server may have the message, whatever we see.
    answered answer = std::unexpected(co_await send(".\r\n"));
    if (answer.error().empty()) answer = co_await read_reply(deadlines_.end_of_message);
    result_.unclear = !answer || (answer->kind() != 2 && answer->kind() != 4 && answer->kind() != 5);
    all(accepted_, fate_of(answer));
}

awaitable<void> conversation::say_goodbye() {
    mail_.message.reset(); // the copy may be wanted by now
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

bool is_code(std::string_view text) {
    return text[0] >= '2' && text[0] <= '5' && text[1] >= '0' && text[1] <= '5' && text::is_digit(text[2]);
}

} // namespace

std::string server_reply::printable() const {
    return text::printable(std::to_string(code) + " " + text::join(lines, " "), 500);
}

std::expected<std::optional<server_reply>, std::string> reply_reader::next() {
    for (;;) {
        const auto end = unread_.find("\r\n");
        if (std::min(end, unread_.size()) > longest_line) return std::unexpected("answers with a line that is too long");
        if (end == std::string::npos) {
            if (unread_.size() > 3 && !is_code(unread_)) return std::unexpected("does not speak SMTP");
            return std::nullopt;
        }
        const auto line = unread_.substr(0, end);
        unread_.erase(0, end + 2);
        const bool last = line.size() == 3 || (line.size() > 3 && line[3] == ' ');
        if (line.size() < 3 || !is_code(line) || !(last || line[3] == '-')) return std::unexpected("does not speak SMTP");
        const auto code = static_cast<unsigned>((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0'));
        if (!reading_.lines.empty() && code != reading_.code) return std::unexpected("gives two codes in one reply");
        if (reading_.lines.size() == most_lines) return std::unexpected("answers without an end");
        reading_.code = code;
        reading_.lines.push_back(line.size() > 4 ? line.substr(4) : std::string{});
        if (last) return std::exchange(reading_, {});
    }
}

std::string dot_stuffer::take(std::string_view piece) {
    std::string out;
    out.reserve(piece.size() + piece.size() / 32 + 2);
    for (const char c : piece) {
        if (c == '\n' && last_ != '\r') out += '\r';
        if (c == '.' && last_ == '\n') out += '.';
        out += c;
        last_ = c;
    }
    return out;
}

std::string dot_stuffer::end() const {
    if (last_ == '\n') return {};
    return last_ == '\r' ? "\n" : "\r\n";
}

namespace {

// Nothing depends on how it ends.
void leave(const asio::any_io_executor& executor, std::shared_ptr<conversation> with) {
    auto goodbye = [with = std::move(with)]() -> awaitable<void> { co_await with->say_goodbye(); };
    asio::co_spawn(executor, std::move(goodbye), asio::detached);
}

} // namespace

awaitable<handed_over> hand_over(inet_endpoint server, outgoing_mail mail, smtp_deadlines deadlines,
                                 before_the_end about_to_end) {
    const auto executor = co_await asio::this_coro::executor;
    const auto with = std::make_shared<conversation>(executor, std::move(server), std::move(mail), deadlines);
    auto result = co_await with->run(std::move(about_to_end));
    leave(executor, with);
    co_return result;
}

awaitable<std::expected<std::optional<std::uint64_t>, std::string>> ask_size_limit(inet_endpoint server,
                                                                                   smtp_deadlines deadlines) {
    const auto executor = co_await asio::this_coro::executor;
    const auto with = std::make_shared<conversation>(executor, std::move(server), outgoing_mail{}, deadlines);
    auto said = co_await with->ask_size_limit();
    leave(executor, with);
    co_return said;
}

} // namespace sealgate::milter
