// Handing one message over by SMTP (RFC 5321), to a server that is near: Postfix's submit port.
//
// One connection, one message: EHLO, MAIL, RCPT for each, DATA, QUIT; every wait has a deadline. Extensions
// are used where they are offered: 8BITMIME (RFC 6152) and SMTPUTF8 (RFC 6531) as the message needs them,
// SIZE (RFC 1870), DSN (RFC 3461) as the sender wanted. Replies are bounded and read strictly: what is none
// ends the conversation, and nothing is believed to be taken. Each recipient has a fate of its own. A server
// that does not want to talk at all has refused no recipient: they wait.
#pragma once

#include "milter/protocol/dsn.hpp"
#include "milter/settings/endpoint.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

struct server_reply {
    unsigned code = 0;
    std::vector<std::string> lines; // without the code, as they came

    unsigned kind() const { return code / 100; }
    std::string printable() const; // "250 2.0.0 Ok: queued as 4XyZ", one line
};

// RFC 5321 section 4.2: bytes in, replies out.
class reply_reader {
public:
    static constexpr std::size_t longest_line = 2048; // the standard says 512 with the line end
    static constexpr std::size_t most_lines = 128;

    void feed(std::string_view bytes) { unread_ += bytes; }
    // A whole reply, nothing yet, or what is wrong with it.
    std::expected<std::optional<server_reply>, std::string> next();
    bool has_unread() const { return !unread_.empty(); }

private:
    std::string unread_;
    server_reply reading_;
};

// RFC 5321 section 4.5.2. A lone LF becomes CRLF: many servers take it for a line end, and a dot behind it
// for the message's.
class dot_stuffer {
public:
    std::string take(std::string_view piece);
    // What is missing at the last line's end.
    std::string end() const;

private:
    char last_ = '\n';
};

enum class fate : std::uint8_t { taken, waits, refused };

struct recipient_fate {
    fate what = fate::waits;
    std::string reply; // printable: the server's, or why there is none
};

struct handed_over {
    std::vector<recipient_fate> recipients; // in the mail's order
    bool reached = false;                   // the server was ready to talk about the message
    bool unclear = false;                   // the message was sent to its end, and no answer came: it may have been taken
};

struct outgoing_recipient {
    std::string address;
    dsn_of_recipient dsn = {};
};

struct outgoing_mail {
    std::string sender; // empty: the null sender
    std::vector<outgoing_recipient> recipients;
    std::shared_ptr<const std::string> message;
    dsn_of_mail dsn = {};
};

struct smtp_deadlines {
    std::chrono::milliseconds step{30'000};
    std::chrono::milliseconds end_of_message{300'000}; // Postfix syncs its queue file, and may ask others
};

// Called when all but the final dot was sent, with the indices of the recipients that were accepted. If it
// throws, the final dot is not sent.
using before_the_end = std::function<boost::asio::awaitable<void>(std::vector<std::size_t> accepted)>;

// Never throws for what the server does. The result is there with the answer to the final dot; QUIT follows on its own, so
// that nothing stands between that answer and its record.
boost::asio::awaitable<handed_over> hand_over(inet_endpoint server, outgoing_mail mail, smtp_deadlines deadlines,
                                              before_the_end about_to_end);

// The largest message that the server says it takes, in octets (RFC 1870); nothing where it names no limit. The error says why
// it could not be asked.
boost::asio::awaitable<std::expected<std::optional<std::uint64_t>, std::string>> ask_size_limit(inet_endpoint server,
                                                                                                smtp_deadlines deadlines);

} // namespace sealgate::milter
