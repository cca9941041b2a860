// The milter conversation of one connection as a value: a frame in, what to do out. No socket, no clock.
//
//     O C H { M R+ T L* N B* E A }* Q      D may stand before any event; A, Q and K may come at any point
//
// Mail that is not outgoing passes: nothing of it is stored but the fields that tell its thread, to the end of the header, and
// what it may teach about keys (milter/protocol/lesson.hpp); its end is answered with ACCEPT here. Where the recipients say
// whether it is, the envelope alone is kept until they are known. Everything else is collected and handed out whole at its end,
// as `message_complete`. Then the server waits: encode an answer with agreed(), send it, call answered().
//
// Refuses events out of order and malformed payloads. A protocol_error ends the conversation: log the line,
// close. A filter that closes makes Postfix defer (milter_default_action = tempfail). Memory: the mail up to
// max_message_size, the macros, nothing else of the peer's.
#pragma once

#include "milter/protocol/collector.hpp"
#include "milter/protocol/direction.hpp"
#include "milter/protocol/lesson.hpp"
#include "milter/protocol/macros.hpp"
#include "milter/protocol/negotiation.hpp"
#include "milter/protocol/transaction.hpp"
#include "milter/protocol/wire.hpp"
#include "policy/base/octets.hpp"
#include "policy/mail/message.hpp"

#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace sealgate::milter {

struct session_options {
    std::size_t max_message_size; // octets

    // milter/protocol/direction.hpp. The user is {auth_authen}, empty when the client did not log in.
    std::function<direction(const connected_client&, std::string_view auth_user, const policy::address& sender)> direction_of;
    std::function<bool(const policy::address& recipient)> is_outside;
    // Where bodies come into being.
    octet_room room = write_in_memory;
    // A mail to somebody outside has passed undecided.
    std::function<void(const connected_client&, std::string_view queue_id)> has_passed = [](const auto&, auto) {};
    // The header of a mail that passes is over: those of its fields that tell its thread.
    std::function<void(const policy::message& header)> thread_seen = [](const auto&) {};
    // A mail begins whose client says that it releases a held one (release_name.hpp).
    // False: nobody has permitted that, and nothing of the mail is kept.
    std::function<bool(const std::string& token)> release_begins = [](const auto&) { return false; };
    std::function<void(const std::string& token)> release_ends = [](const auto&) {}; // and the mail does not come
    // Who learns from mail that passes, and outlives the session; or nobody.
    lesson_taker* learner = nullptr;
};

// What the connection does after a frame.
struct go_on {
    bool operator==(const go_on&) const = default;
};
struct send_bytes {
    std::string bytes;
    bool operator==(const send_bytes&) const = default;
};
struct message_complete {
    transaction completed; // recipients may be empty: the protocol does not forbid it
};
struct hang_up {
    bool operator==(const hang_up&) const = default;
};
using step = std::variant<go_on, send_bytes, message_complete, hang_up>;

class session {
public:
    explicit session(session_options options)
        : options_(std::move(options)) {}

    std::expected<step, protocol_error> take(const frame&);

    // The answer to the last `message_complete` is sent. Without effect when the server has aborted the message
    // meanwhile.
    void answered();

    // Whether an answer may be sent: an answer to an aborted message would be read as the answer to the next
    // event.
    bool answer_due() const { return phase_ == phase::answering; }

    // Octets of memory that the message under way takes, beside its body. An envelope counts where it is large: a client may
    // be slow with the rest, but content comes to filters when Postfix has all of it.
    std::size_t held() const;

    // Whether no message is under way: closing now interrupts none.
    bool idle() const { return phase_ <= phase::idle; }

    const agreement& agreed() const { return agreed_; }
    bool can(action_bit action) const { return agreed_.can(action); }

private:
    enum class phase : unsigned char { opening, unconnected, idle, envelope, header, body, answering };
    using result = std::expected<void, protocol_error>;

    static std::string_view description_of(phase);
    static bool in_order(command, phase);

    std::expected<step, protocol_error> negotiate(std::string_view payload);
    std::expected<step, protocol_error> end_message(std::string_view last_piece);
    result take_event(const frame&);
    result connect(std::string_view payload);
    result helo(std::string_view payload);
    result mail(std::string_view payload);
    result rcpt(std::string_view payload);
    result header(std::string_view payload);
    void add_passing(const header_event& field);
    void end_header();
    void end_envelope();
    void body(std::string_view piece);
    void end_release();
    void drop_transaction();
    void disconnect();

    session_options options_;
    phase phase_ = phase::opening;
    agreement agreed_;
    macro_table macros_;
    connected_client client_;
    std::string release_token_; // in the name by which it introduced itself; or empty
    std::string claimed_;       // the same, while its mail is under way and is permitted
    direction way_ = direction::incoming;
    bool leaves_ = false;                // a recipient is outside
    std::optional<collector> collected_; // empty outside a transaction, and in one that only passes
    policy::message passing_;            // of one that does: the fields that tell its thread
    std::size_t passing_octets_ = 0;
    lesson lesson_; // likewise of one that passes
};

} // namespace sealgate::milter
