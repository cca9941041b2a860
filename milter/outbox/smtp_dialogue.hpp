// How one message is handed over by SMTP (RFC 5321), as a value: the server's answers in, what to say next out. No socket, no
// clock. Pure.
//
// EHLO, MAIL, RCPT for each, DATA, the message. Extensions are used where they are offered: 8BITMIME (RFC 6152) and SMTPUTF8
// (RFC 6531) as the message needs them, SIZE (RFC 1870), DSN (RFC 3461) as the sender wanted. Each recipient has a fate of its
// own. A server that does not want to talk at all has refused no recipient: they wait. Nothing is believed to be taken
// without the answer to the final dot.
#pragma once

#include "milter/outbox/smtp_stream.hpp"
#include "milter/protocol/dsn.hpp"
#include "policy/base/octets.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

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
    octets message;
    dsn_of_mail dsn = {};
    std::string introduction = {}; // what EHLO says; empty: the address that the client comes from
};

class smtp_dialogue {
public:
    // A reply, or why there is none: then the conversation is over.
    using answer = std::expected<server_reply, std::string>;

    enum class act : std::uint8_t {
        say,          // the line, without its end; then take() the answer
        send_message, // all but the final dot, then final_dot(); where that fails, take() says why
        finish,       // nothing more is to be said but QUIT
    };
    struct step {
        act what = act::finish;
        std::string line = {};
    };

    // `server` and `own_name` as they are to be called: in problems, and to the server. Without recipients the dialogue ends
    // with the answer to EHLO.
    smtp_dialogue(outgoing_mail mail, std::string server, std::string own_name);

    // The first answer is the greeting.
    step take(const answer& said);
    // What ends the message. From here on the server may have it, whatever we see.
    std::string_view final_dot();
    // Those who get the message if it is taken: indices into the mail's recipients.
    const std::vector<std::size_t>& accepted() const { return accepted_; }
    const octets& message() const { return mail_.message; }
    // The largest message that the server says it takes, in octets (RFC 1870); nothing where it names no limit.
    std::optional<std::uint64_t> size_limit() const;
    // Why the server did not introduce itself; empty if it did.
    const std::string& problem() const { return problem_; }

    // When the dialogue is over; it keeps nothing of the mail.
    handed_over finish();

private:
    enum class stage : std::uint8_t { greeting, hello, mail, recipient, data, message, end, over };

    step not_reached(std::string problem);
    step take_greeting(const answer& said);
    step take_hello(const answer& said);
    step take_recipient(const answer& said);
    step take_end(const answer& said);
    step next_recipient();
    step say(stage next, std::string line);
    // The dialogue is over: these, too, have this fate.
    step give_up(const recipient_fate& fate);
    std::optional<recipient_fate> unspeakable(const outgoing_recipient& one) const;
    std::string mail_command() const;
    std::string recipient_command(const outgoing_recipient& one) const;
    bool offers(std::string_view extension) const;

    outgoing_mail mail_;
    std::string server_, own_name_;
    stage stage_ = stage::greeting;
    std::vector<std::string> extensions_; // with what stands behind the word
    std::deque<std::size_t> undecided_;   // indices of the recipients nothing is known of yet
    std::vector<std::size_t> accepted_;
    std::string problem_;
    handed_over result_;
};

} // namespace sealgate::milter
