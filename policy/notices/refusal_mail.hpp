// The mail that tells a sender that a mail of theirs that waited was refused by an administrator.
//
// As policy/notices/message: RFC 5322 with CRLF, in the policy's texts, answered by no program; it names recipients and the
// decision, never a Subject or a body. Pure: equal inputs give equal bytes.
#pragma once

#include "policy/mail/address.hpp"
#include "policy/rules/policy.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct refusal_facts {
    const policy& rules;
    const address& to;                   // the sender of the mail
    std::vector<std::string> recipients; // as spelled
    std::size_t more = 0;                // beyond those
    std::string_view decision;           // the id of the one that held it; or empty
    std::string_view message_id;         // or empty
    std::string_view language;           // one of rules.notices.languages; another one counts as the first of them
    std::chrono::system_clock::time_point now;
    std::string_view boundary;
};

std::string refusal_mail(const refusal_facts& about);

} // namespace sealgate::policy
