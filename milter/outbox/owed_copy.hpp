// A copy that the gateway owes, before it is in the outbox: to whom, and what. Plain values. Pure.
// Tested by outbox/queue_test and gateway/edits_and_copies_test.
#pragma once

#include "milter/protocol/dsn.hpp"
#include "policy/base/octets.hpp"

#include <string>
#include <vector>

namespace sealgate::milter {

struct owed_recipient {
    std::string address;  // as it goes into RCPT TO
    std::string identity; // 64 hex digits, of sender, Message-ID, recipient and content: the same for a retry
                          // of the message
    dsn_of_recipient dsn = {};
};

struct owed_copy {
    std::string decision; // the decision id it belongs to, for logs
    std::string sender;   // envelope sender; empty: the null sender
    std::vector<owed_recipient> recipients;
    octet_pieces message; // RFC 5322, CRLF
    dsn_of_mail dsn = {};
};

} // namespace sealgate::milter
