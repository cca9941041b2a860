// The mail that tells a sender what became of a mail of theirs: it left with a warning, it waits, or several at once (a
// digest).
//
// RFC 5322 with CRLF, multipart/alternative of plain text and HTML, both quoted-printable; RFC 3834's fields, so that no
// program answers it. Its words come from the policy's texts. It names recipients, tiers, tags and decisions; never a Subject
// or a body. Pure: equal inputs give equal bytes.
#pragma once

#include "policy/notices/due.hpp"
#include "policy/rules/policy.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>
#include <vector>

namespace sealgate::policy {

struct notice_facts {
    const policy& rules;
    const address& to;            // the sender of the mails
    std::vector<told_mail> mails; // at least one; several make a digest
    std::size_t unlisted = 0;     // further mails, of which nothing but their number is kept
    std::string_view language;    // one of rules.notices.languages; another one counts as the first of them
    std::chrono::system_clock::time_point now;
    std::string_view boundary;
};

std::string notice_message(const notice_facts& about);

} // namespace sealgate::policy
