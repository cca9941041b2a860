// A decision as JSON: one line of `explain --json`, one line of the audit log (contrib/design/audit_format.md).
//
// Canonical: fixed order of fields, UTF-8, no insignificant white space, so that equal decisions give equal bytes.
// Neither line holds a subject, a body or a file name; near misses are named by the tag that was meant.
// Tested by decision/refusal_test and e2e/test_audit.py.
#pragma once

#include "policy/audit/pseudonym.hpp"
#include "policy/decision/decide.hpp"
#include "policy/mail/part_account.hpp"
#include "policy/notices/due.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

// What both lines tell of a decision. Refers to values that outlive the call.
struct told_decision {
    const policy& rules;
    const facts& known;
    const decision& made;
    sealgate::policy::mode mode;
    std::string_view reply;                   // as to_string(smtp_reply), or empty
    const pseudonyms& names;                  // how people are called in it
    notice_state notice = notice_state::none; // what the sender hears by mail
};

// One line without a line end. `file` is what the user called it; `parts` are told as they are. `report`: the type of the
// report as which the mail passes undecided (policy/decision/multipart_report.hpp), so that `of` is of no decision; or empty.
std::string explain_line(const told_decision& of, std::string_view file, const std::vector<part_account>& parts,
                         std::string_view report);

// What only the gateway knows of a transaction.
struct circumstances {
    std::chrono::system_clock::time_point time;
    std::string_view id;
    std::string_view queue_id;
    std::string_view message_id;
    const address& sender;
    std::string_view client;
    std::string_view user;            // who logged in, or empty
    std::uint64_t size = 0;           // octets
    std::string_view release_of = {}; // the decision that held it, where it is released
    std::chrono::milliseconds duration{0};
};

// The fields of an audit record before chain() gives it its place in the log: `"time":…,"duration_ms":3`, without braces.
std::string audit_fields(const told_decision& of, const circumstances& around);

} // namespace sealgate::policy
