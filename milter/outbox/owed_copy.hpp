// A copy that the gateway owes, before it is in the outbox: to whom, and what. Plain values. Pure.
// Tested by outbox/queue_test and gateway/edits_and_copies_test.
#pragma once

#include "milter/protocol/dsn.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace sealgate::milter {

struct owed_recipient {
    std::string address;  // as it goes into RCPT TO
    std::string identity; // 64 hex digits, of sender, Message-ID, recipient and content: the same for a retry
                          // of the message
    dsn_of_recipient dsn = {};
};

// RFC 5322, CRLF. Made when it is written, so that memory holds one message, however many copies there are.
class owed_message {
public:
    owed_message() = default;
    owed_message(std::string text) // NOLINT: a text is a message
        : make_([text = std::move(text)] { return text; }) {}
    explicit owed_message(std::function<std::string()> make)
        : make_(std::move(make)) {}

    std::string text() const { return make_ ? make_() : std::string{}; }

private:
    std::function<std::string()> make_;
};

struct owed_copy {
    std::string decision; // the decision id it belongs to, for logs
    std::string sender;   // envelope sender; empty: the null sender
    std::vector<owed_recipient> recipients;
    owed_message message;
    dsn_of_mail dsn = {};
};

} // namespace sealgate::milter
