// One mail transaction as the milter conversation collected it: who sent what to whom. Plain values, no I/O.
// Tested by protocol/session_test and collector_test.
#pragma once

#include "milter/protocol/dsn.hpp"
#include "policy/mail/address.hpp"
#include "policy/mail/message.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sealgate::milter {

struct connected_client {
    std::string name;    // verified host name, or "[192.0.2.7]"
    std::string address; // IPv4 or IPv6 as plain text, without "IPv6:"; empty for unix and unknown families
    bool operator==(const connected_client&) const = default;
};

// Whether the mail server still waits for the answer to it. Asked on the network thread.
using is_awaited = std::function<bool()>;

// Of a mail that was held and is released (milter/held/permit.hpp): what its permit says.
struct release_terms {
    std::string decision; // that held it; or empty
    std::string as;       // a classification's name; or empty
    bool login = false;   // its sender had logged in
    std::string queue_id; // of the held mail, and when Postfix took it, in seconds since 1970
    std::int64_t arrival = 0;
};

struct transaction {
    connected_client client = {};
    std::string auth_user = {}; // {auth_authen}; empty when the client did not log in
    std::string queue_id = {};  // macro i; known at end of message
    // By sendmail(1) on the mail server itself. Nobody waits at a prompt: a refusal becomes a bounce.
    bool handed_in_locally = false;
    policy::address sender = {};
    dsn_of_mail dsn = {};
    std::vector<policy::address> recipients = {};
    std::vector<dsn_of_recipient> recipients_dsn = {}; // one for each recipient, in their order
    // A recipient came without angle brackets, as from sendmail(1): Postfix shows them rewritten then, and looks for those that
    // are to be taken off by what they were before. It may not find them.
    bool deletions_may_miss = false;
    policy::message mail = {};
    std::size_t size = 0;           // octets of header and body received, kept or not
    bool truncated = false;         // mail holds only the beginning, and must not be judged: size went past the limit,
    std::string lost = {};          // or its body could not be kept, which is why: one line
    std::string release_token = {}; // the client says that it releases a held mail (release_name.hpp)
    std::optional<release_terms> released = {}; // and so it is
};

} // namespace sealgate::milter
