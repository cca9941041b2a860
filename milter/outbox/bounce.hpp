// The report to a sender whose mail could not be handed over to some recipients: RFC 3464 in RFC 6522, short.
//
// It has the recipients, the mail server's words about them, and the mail's Message-ID; neither its subject
// nor its body. Pure: equal inputs give equal bytes.
// Tested by outbox/queue_runner_test.
#pragma once

#include "milter/outbox/copy_file.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sealgate::milter {

// What the policy has to do with it.
struct bounce_options {
    std::string from;                   // an address; empty: Postfix's own MAILER-DAEMON
    std::vector<std::string> always_to; // who can read all that is encrypted: staff is to know
};

struct bounce_facts {
    bounce_options options;
    std::string_view to;                       // the envelope sender
    std::string_view decision;                 // id
    std::string_view message_id;               // of the mail, or empty
    std::string_view envid;                    // xtext, or empty
    std::vector<waiting_recipient> recipients; // last_reply says why
    wall_time now;
    std::string_view boundary;
};

// RFC 5322 with CRLF.
std::string bounce_message(const bounce_facts& about);

// The same for the same recipients of the same copy, so that a crash does not make two of one.
std::string bounce_identity(const std::vector<waiting_recipient>& recipients);

} // namespace sealgate::milter
