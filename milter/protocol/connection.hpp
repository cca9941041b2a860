// One milter connection: bytes from the socket through the session to the handler, and the answer back.
//
// Every wait on the peer has a deadline. What the peer does wrong closes this connection with one log line. What goes wrong
// on our side is caught here, once: the message is deferred.
#pragma once

#include "milter/memory/message_claim.hpp"
#include "milter/protocol/edits.hpp"
#include "milter/protocol/session.hpp"
#include "policy/base/octets.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace sealgate::milter {

using stream_socket = boost::asio::generic::stream_protocol::socket;

// Decides one transaction. Runs on the network thread and may suspend; throws when the environment is broken.
using message_handler = std::function<boost::asio::awaitable<answer>(transaction, agreement, is_awaited)>;

struct connection_options {
    session_options session;
    message_handler handler;
    memory_budget* memory = nullptr; // of all messages; it outlives them
    // libmilter's own: a slow sender may be silent for two hours between DATA and its end (RFC 5321 section 4.5.3.2).
    std::chrono::seconds read_deadline{7210};
    std::chrono::seconds write_deadline{60};
    // Postfix waits milter_content_timeout (300 s) for each answer; PROGRESS starts that anew.
    std::chrono::seconds progress_every{10};
};

class connection : public std::enable_shared_from_this<connection> {
public:
    connection(stream_socket socket, std::string peer, connection_options options);

    // Until the peer leaves, or is closed. Never throws.
    boost::asio::awaitable<void> run();

    // Closes now if no message is under way, else after its answer.
    void drain();
    void close();

private:
    boost::asio::awaitable<void> converse();
    boost::asio::awaitable<void> converse_or_tell();
    boost::asio::awaitable<void> watch();
    boost::asio::awaitable<bool> perform(step next);
    void follow_claim();
    boost::asio::awaitable<bool> answer_transaction(transaction completed);
    boost::asio::awaitable<answer> handle_with_progress(transaction completed);
    bool peer_has_left();
    boost::asio::awaitable<bool> send_text(std::string bytes);
    boost::asio::awaitable<bool> send(octet_pieces bytes);
    void expect_within(std::chrono::seconds limit);

    stream_socket socket_;
    std::string peer_;
    connection_options options_;
    session session_;
    std::shared_ptr<message_claim> claim_; // of the message under way, from its header on
    frame_reader frames_;
    std::chrono::steady_clock::time_point deadline_;
    boost::asio::steady_timer watchdog_;
    bool draining_ = false;
};

} // namespace sealgate::milter
